"""From rendered frames to a set: COCO and other formats, checks, previews and the report.

It reads files that `render` wrote; no engine and no model come in.
"""
