"""Pure networks in torch: no files, no settings, no data."""
