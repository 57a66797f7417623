"""Ground floor of mathematics: array types, rigid transforms, Euler angles, axis conventions, the pinhole camera, closed surfaces, curves.

Nothing of the package comes in but its errors.
"""
