"""Pose networks: SimCC nets, losses, data, training, ONNX export and evaluation with the SpineTrack sigmas."""
