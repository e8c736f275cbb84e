"""Courses and their themes."""
