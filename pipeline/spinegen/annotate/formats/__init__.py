"""Layouts that an export can have: COCO, YOLO-pose, WebDataset."""
