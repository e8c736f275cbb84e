"""Highlights and notes on stretches of words."""
