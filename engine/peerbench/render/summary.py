"""An issue in a few lines of plain text per audience: what a mail, a channel or a list of issues says of it."""

from __future__ import annotations

from typing import Any

from peerbench.core.document import Brief, When
from peerbench.render.voice import ENGLISH, Voice


def of(brief: Brief, *, voice: Voice = ENGLISH) -> dict[str, Any]:
    """Headline, standfirst, byline and takeaways as the pages print them, citations left out.

    `day` and `words` are for a letter around them: the as-of day and the words of the house in the same language.
    """
    words = voice.words
    return {
        "series": brief.meta.series,
        "reader": brief.meta.audience_label,
        "language": brief.meta.language,
        "day": voice.day(When(brief.meta.as_of)),
        "headline": words(brief.headline),
        "standfirst": words(brief.standfirst),
        "byline": words(brief.byline),
        "takeaways": [{"lead": words(one.lead), "text": words(one.spans)} for one in brief.takeaways],
        "disclosure": brief.meta.legal,
        "words": {"heading": voice.say("Key takeaways"), "read": voice.say("Read the whole brief")},
    }
