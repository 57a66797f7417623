"""Scores of predictions: COCO OKS by subset, pixel errors, PCK, baseline, latency."""
