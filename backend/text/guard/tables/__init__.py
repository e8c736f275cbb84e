"""All that the guard knows by list or by number: one module per language, and the limits."""
