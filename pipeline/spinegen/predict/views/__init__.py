"""Several calibrated cameras: their files, people matched between them, points in space."""
