"""Our networks measured on real people, with footage and referees from package registries."""
