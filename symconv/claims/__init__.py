"""Claims: reading, deciding and diagnosing what a person says about a network."""

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.verdict import (
    Cause,
    Verdict,
    exit_code,
    format_one_line,
    summarize_verdicts,
)

from .check import check_claim
from .posts import check_post

__all__ = [
    "Cause",
    "ClaimError",
    "Verdict",
    "check_claim",
    "check_post",
    "exit_code",
    "format_one_line",
    "summarize_verdicts",
]
