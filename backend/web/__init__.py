"""What HTTP asks of every route: problems, security, pages, validators, event streams, ranges."""
