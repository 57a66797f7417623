"""What stands in front of the camera: actors, people with their bones, the scenery around them.

State and geometry, no GPU.
"""
