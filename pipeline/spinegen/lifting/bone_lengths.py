"""How long bones are between keypoints: medians of the bodies that the training draws, brought to `norms.STATURE_M`; they differ by 3 to 7 %."""

LENGTHS_M = {
    ("shoulder", "elbow"): 0.262,
    ("elbow", "wrist"): 0.237,
    ("hip", "knee"): 0.382,
    ("knee", "ankle"): 0.452,
    ("ankle", "heel"): 0.081,
    ("ankle", "big_toe"): 0.213,
    ("ankle", "small_toe"): 0.181,
    ("heel", "big_toe"): 0.268,
    ("ear", "eye"): 0.124,
}
"""Of either side, by the keypoints less their side."""
WIDTHS_M = {"shoulder": 0.375, "hip": 0.178}
"""From the left keypoint to the right one."""
