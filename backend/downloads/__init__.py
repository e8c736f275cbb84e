"""Whisper models over HTTP: what is there, and fetching one in the background."""
