"""A user's own footage: people found, followed, their spines read. Works from exported files alone: neither torch nor OpenSim nor OpenGL comes in.

Exported files of `pose` and `lifting` come in, and for `--fit` the fitting stage.
"""
