"""What a person is, as data, and how one is drawn by chance: proportions, colours, wardrobes, populations.

No body is built here and no mesh comes in.
"""
