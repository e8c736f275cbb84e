"""Lessons: adding, listing, editing and removing them."""
