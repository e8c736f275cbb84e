"""Lectern: a self-hosted library of lessons."""

__version__ = "0.2.0"
