"""The loop of labelling played without a person: drawn pictures for photographs, their truth for the annotator."""
