"""The training loop and what it needs: losses, schedule, averaging, checkpoints.

Nets, batches and scores come in; where files lie is `pose.train_part`'s business.
"""
