"""Rigid transforms, axis conventions and pinhole cameras; imports nothing else of ours."""
