"""What cameras together saw of a trunk, put right by what is known of trunks and of how the 2D network errs.

Each view misses vertebrae by more along the trunk than across it, in the lower back most, and by so much alike over neighbouring vertebrae and over
frames that neither time nor further cameras average it away. Spines, though, have few shapes, and lie between hips, shoulders and head in few ways.
"""
