"""Meshes and the operations on them that know nothing of people: welding, smoothing, parts, noise for textures.

Arrays alone come in.
"""
