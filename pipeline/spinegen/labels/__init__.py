"""What is known of a keypoint in a picture, by whoever needs it: visibility, tissue over it, the viewpoint, the spine's indices.

Arrays and cameras come in, arrays go out: `render` computes flags with it, `annotate` recomputes and counts them.
"""
