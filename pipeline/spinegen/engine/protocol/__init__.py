"""What client and engine say to each other: calls, descriptions, frames on the wire, encoded pictures.

Pure data without a window or a GPU: the only room of the engine that the rest of the package may import.
"""
