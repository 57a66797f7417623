"""What to draw: pure functions of a seed that choose people, motions, places, cameras and light, written to `plan.parquet`.

Descriptions of `engine.protocol` and specs of `humans.spec` come in; nothing is drawn here.
"""
