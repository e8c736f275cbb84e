"""Courses and their themes over HTTP."""
