"""The embedded engine: a headless renderer that speaks UnrealCV; knows nothing of OpenSim or COCO."""
