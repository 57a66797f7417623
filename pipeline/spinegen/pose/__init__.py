"""Pose networks: SimCC nets, losses, data, training, ONNX export and evaluation with the SpineTrack sigmas.

COCO files and pictures come in, an exported file goes out that says all that is needed to use it: `predictor`, `onnx_file` and
`simcc` work without torch. Neither a body nor an engine comes in, but for its panoramas as backgrounds (`data.backdrops`).
"""
