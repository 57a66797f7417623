"""What network and lifter agree on."""

RATE_HZ = 25.0
"""Frames a second that the network sees."""
STATURE_M = 1.7
"""Every body is brought to this stature: a picture does not tell how large people are."""
