"""Is every label right? One pass over frames and annotation files, each rule a row of a table."""

from .run import check
from .tables import CheckResult, Rule

__all__ = ["CheckResult", "Rule", "check"]
