"""Several calibrated cameras: their files, people matched between them, points in space.

Trajectories of `predict.film` and calibration files come in; a TRC that `fit-mocap` reads goes out.
"""
