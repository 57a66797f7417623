"""Labels to and from the tools that annotators use: plain COCO, CVAT, Label Studio.

Files of those tools come in and are not trusted; out go labels of the folder's own record, and the other way round.
"""
