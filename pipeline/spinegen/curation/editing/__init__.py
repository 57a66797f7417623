"""The editing page: a server on this machine alone, and what it serves.

The labelled folder comes in; what people send is checked before it is kept.
"""
