"""Captions from elsewhere over HTTP."""
