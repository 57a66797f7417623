"""From a COCO folder to batches: the annotation file, the crop cache, augmentation.

COCO files of any origin come in; networks and losses do not.
"""
