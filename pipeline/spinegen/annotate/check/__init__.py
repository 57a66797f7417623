"""Is every label right? One pass over frames and annotation files, each rule a row of a table.

Frames, annotation files and the rules of `labels` come in; it trusts neither the renderer nor the export and changes no file.
"""

from .run import check
from .tables import CheckResult, Rule

__all__ = ["CheckResult", "Rule", "check"]
