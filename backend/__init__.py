"""Lectern: a self-hosted library of lessons."""

__version__ = "0.1.0"
