"""Hair on head and face: strands, locks and their texture. Caps come in, since hair lies under them."""
