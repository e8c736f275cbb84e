"""People edit what was made of a lesson: its segments and its summary."""
