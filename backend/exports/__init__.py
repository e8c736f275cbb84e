"""Transcripts and summaries as files: plain text, Markdown, JSON, SRT and WebVTT."""
