"""What hangs and falls: strands of hair and skirts that find their rest under gravity, around a body that pushes back.

Points, lengths and bodies come in; neither garments nor hair styles are known here.
"""
