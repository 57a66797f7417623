"""The kinematic tree: what a model is made of, where its bodies stand for given coordinates, and how it is stretched.

Pure numpy over plain data: no tables, no files and no OpenSim come in.
"""
