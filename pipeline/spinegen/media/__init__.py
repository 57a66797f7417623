"""Pictures and videos that people bring, and the videos we write: one reader of each, which names what it cannot read."""
