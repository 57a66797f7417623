"""Films of drawn people from calibrated rigs."""
