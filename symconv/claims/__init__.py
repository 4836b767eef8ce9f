"""Claims: reading, deciding and diagnosing what a person says about a network."""

from .check import check_claim
from .limits import ClaimError
from .posts import check_post
from .report import exit_code, one_line, summary
from .sarif import sarif
from .verdict import Cause, Verdict

__all__ = [
    "Cause",
    "ClaimError",
    "Verdict",
    "check_claim",
    "check_post",
    "exit_code",
    "one_line",
    "sarif",
    "summary",
]
