"""Parts of `proof.py`: what each run leaves out of a set or of a recipe, and the page of all scores."""
