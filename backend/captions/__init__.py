"""Captions from elsewhere: read in a process of its own, and made a transcript."""
