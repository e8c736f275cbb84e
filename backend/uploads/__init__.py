"""Recordings and captions on their way in: uploads that can be resumed, a watched folder."""
