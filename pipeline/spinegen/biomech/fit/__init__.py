"""From a clip to coordinates: scaling a model to a performer and following the markers through every frame.

Markers and a model come in, coordinates and residuals go out. It knows no file format and writes nothing.
"""
