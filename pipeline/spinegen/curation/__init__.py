"""A user's own pictures, labelled with help: chosen by what the network is unsure of, corrected by people, merged into a set to learn from.

Networks that ship or were trained, readers of pictures and the record of a labelled folder come in; neither a model of the body
nor an engine does.
"""
