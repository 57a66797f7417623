"""Scores of predictions: COCO OKS by subset, pixel errors, PCK, baseline, latency.

Predictions and labelled people come in, tables go out; how a network was trained does not matter here.
"""
