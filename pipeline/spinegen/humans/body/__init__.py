"""The naked body: the source files, its shape for a spec, its rig, its named points and the layout of its skin."""
