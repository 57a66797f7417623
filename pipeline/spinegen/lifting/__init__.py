"""2D keypoints over time lifted to 3D: the network that ships, how it is used, and how it was trained. torch is opened in `network`, `training` and `export` alone.

Fits and drawn people come in where it is trained; where it is used, an exported file is enough.
"""
