"""Formats on disk that several folders read: one file a format, each a frozen model."""
