"""Backups of the whole library: made while it runs, verified, listed, and put back."""
