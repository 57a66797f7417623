"""Clothes and shoes: how far each extends, how far it lies off the skin, how it is cut, trimmed and woven.

Body, bones and the skirt simulation come in; hair, faces and pictures do not.
"""
