"""The full-body thoracolumbar model and the fit: builds, scales, moves, writes and reads OpenSim models."""
