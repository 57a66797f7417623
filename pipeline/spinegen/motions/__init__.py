"""Motions written by hand: flows of key postures, performed by the model and written as captured clips with their truth.

They take the same way as anybody's clip: what goes out is a C3D file, and fitting knows nothing of how it was made.
"""
