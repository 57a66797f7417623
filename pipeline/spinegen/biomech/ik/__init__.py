"""One inverse-kinematics core: residuals with Jacobian and weight, limits, and three solvers that know nothing of bodies but their stations.

`solve_batch` takes frames each for itself, `solve_banded` a clip that is smooth in time, `solve_shared` frames that have parameters in common.
Fit and retarget say what is to be small; how it becomes small is written here once.
"""
