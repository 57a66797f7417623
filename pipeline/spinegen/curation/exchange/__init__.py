"""Labels to and from the tools that annotators use: plain COCO, CVAT, Label Studio."""
