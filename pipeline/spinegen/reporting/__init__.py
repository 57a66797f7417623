"""Pages that open anywhere, offline: one set of templates, one style, one helper for charts and pictures.

The stages hand in what a page shows (records and figures) and say which template; nothing here reads a workspace or computes a result.
"""
