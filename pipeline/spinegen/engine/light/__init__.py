"""Where light comes from: sun, sky, lamps, windows and panoramas, as tables that the renderer reads.

Descriptions and content come in; radiance goes out, as numpy arrays.
"""
