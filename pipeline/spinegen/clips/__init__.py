"""Readers of motion-capture files (C3D, TRC, BVH, AMASS, 3D keypoints) into one `Clip`, and the marker sets that name its labels."""
