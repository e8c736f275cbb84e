"""From a recording to timed text. No database, no web."""
