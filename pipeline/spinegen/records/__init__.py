"""The formats on disk: one module a format, each a frozen model that both writes and reads it.

Whoever reads or writes a sidecar, a row of the plan, a fit's report, a run's record, an export's, a training's or the scores, does it
through these models; a mapping of unknown content never crosses a folder. Below this room are only the skeleton, geometry, the ground
floor and the engine's vocabulary; nothing here draws, fits or trains.
"""
