"""Names in the body files' rig."""

SIDES = (("r", "r", "right"), ("l", "l", "left"))
"""Letter of a side in the skeleton's names and in the files', and its word in keypoints."""
