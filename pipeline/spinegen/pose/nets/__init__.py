"""Pure networks in torch: no files, no settings, no data.

Widths and sizes come in as plain numbers.
"""
