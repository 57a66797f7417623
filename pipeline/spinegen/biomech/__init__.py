"""The body as a mechanism: the skeleton model, fits of captured clips to it, and the way from a fit to a drawn person.

What comes in are clips, tables and .osim files; of `humans` only the named points of a body (`humans.body.landmarks`). Nothing here
knows pictures, cameras or an engine.
"""
