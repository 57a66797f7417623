"""Readers of motion-capture files (C3D, TRC, BVH, AMASS, 3D keypoints) into one `Clip`, and the marker sets that name its labels.

Bytes of anybody's files come in and are not trusted; out goes a clip in ground metres. Neither a model nor a fit is known here.
"""
