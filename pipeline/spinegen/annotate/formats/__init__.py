"""Layouts that an export can have: COCO, YOLO-pose, WebDataset.

Frames and labelled people come in; files go out. What a label is was settled before: a format only lays it out.
"""
