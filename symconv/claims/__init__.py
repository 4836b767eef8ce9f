"""Claims: reading, deciding and diagnosing what a person says about a network."""

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.report import exit_code, one_line, summary
from symconv.claims.model.verdict import Cause, Verdict

from .check import check_claim
from .posts import check_post
from .sarif import sarif

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
