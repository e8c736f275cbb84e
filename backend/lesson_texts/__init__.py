"""The texts of a lesson: layers, what people changed, and what may take the place of what."""
