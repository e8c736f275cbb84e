"""Pure functions on transcripts: sentences, word errors, alignment, offline rules and summary."""
