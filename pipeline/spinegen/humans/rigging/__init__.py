"""Bones in a body: joint centres, sites of the vertebrae, skin weights, fingers, and fields over the skin that garments follow.

The naked body comes in; clothes and hair do not.
"""
