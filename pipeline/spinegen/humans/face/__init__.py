"""What is painted on the skin, and the short hairs of brows and beards that stand over it.

Strands of `hair` come in, since brows and beards are hair.
"""
