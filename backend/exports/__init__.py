"""Transcripts and summaries as files: text, Markdown, JSON, SRT, WebVTT, DOCX and PDF."""
