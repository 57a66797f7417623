"""From a COCO folder to batches: the annotation file, the crop cache, augmentation."""
