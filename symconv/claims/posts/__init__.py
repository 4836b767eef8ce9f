"""Posts and documents: every relation sign accounted for, each statement judged in its place."""

from symconv.claims.posts.reader import PostReader, PostReport, check_post, report_post

__all__ = ["PostReader", "PostReport", "check_post", "report_post"]
