"""`report.html`: one page, one file, that shows a workspace to a colleague."""

from .page import write_report

__all__ = ["write_report"]
