"""Pictures and videos that people bring, and the videos we write: one reader of each, which names what it cannot read.

Paths come in and pictures go out, upright and at their true times; what a picture is for is unknown here.
"""
