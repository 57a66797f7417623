"""Hair of the head: where it grows, strands, locks and their texture. Caps come in, since hair lies under them."""
