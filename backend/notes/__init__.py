"""Highlights and notes over HTTP."""
