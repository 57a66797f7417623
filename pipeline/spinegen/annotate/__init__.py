"""Labels and pages: visibility, COCO and 3D exports, the consistency check, previews and the report."""
