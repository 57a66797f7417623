"""The renderer: everything that touches OpenGL, from textures and shadow maps to the pictures that are read back.

A world comes in and is only read.
"""
