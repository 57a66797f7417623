"""What is painted on the skin: complexion, brows, lips, eyes and stubble."""
