"""The embedded engine: a world of people and things, drawn with OpenGL and served over UnrealCV's protocol.

It knows people (`humans`) and descriptions of places; no skeleton model, no labels and no COCO come in.
"""
