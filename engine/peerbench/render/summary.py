"""An issue in a few lines of plain text per audience: what a mail, a channel or a list of issues says of it."""

from __future__ import annotations

from typing import Any

from peerbench.core.document import Brief
from peerbench.render.json import words


def of(brief: Brief) -> dict[str, Any]:
    """Headline, standfirst, byline and takeaways as the pages print them, citations left out."""
    return {
        "series": brief.meta.series,
        "reader": brief.meta.audience_label,
        "language": brief.meta.language,
        "headline": words(brief.headline),
        "standfirst": words(brief.standfirst),
        "byline": words(brief.byline),
        "takeaways": [{"lead": words(one.lead), "text": words(one.spans)} for one in brief.takeaways],
        "disclosure": brief.meta.legal,
    }
