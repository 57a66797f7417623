"""Clothes and shoes: how far each extends, how far it lies off the skin, how it is cut, trimmed and woven."""
