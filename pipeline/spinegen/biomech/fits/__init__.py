"""Fits on disk: the stage `fit-mocap`, one clip's fit, its files, its report and the truth that it is held against.

Reading clips and writing files happens here, so that `biomech.fit` need not know either.
"""
