"""A worker's machinery: rows of the task table get done, whatever is killed on the way."""
