"""Feature extractors under the SimCC head: CSPNeXt from scratch or from a checkpoint, BlazePose with the weights that ship.

Every backbone turns normalised pictures into maps of stride 4, 8, 16, ... and says their widths. Torch may come in here; settings, files of data
sets and the training loop may not.
"""
