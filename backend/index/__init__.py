"""The search index: kept in step with the texts of lessons, in the same transactions."""
