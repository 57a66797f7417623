"""A user's own pictures, labelled with help: chosen by what the network is unsure of, corrected by people, merged into a set to learn from."""
