"""`report.html`: one page, one file, that shows a workspace to a colleague.

Records of the stages and pictures come in, and are handed to `reporting`; nothing is computed anew that a stage recorded.
"""

from .page import write_report

__all__ = ["write_report"]
