"""What others say: claims in circulation and outside texts, judged by the figures of a case."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peerbench.brief import records
from peerbench.brief.sourcebook import Sourcebook
from peerbench.brief.study import Study
from peerbench.core.verdicts import Circulated, Verdict
from peerbench.pipeline.case import Case, prepare

if TYPE_CHECKING:
    from peerbench.factcheck import report


def circulating(case: Case) -> tuple[Circulated, ...]:
    config = case.config
    if not config.circulation:
        return ()
    from peerbench import factcheck

    scope = _scope(case)
    book = factcheck.figures(scope)
    published = case.request.furniture.published
    last = date(published.year, published.month, published.day)
    return tuple(
        Circulated(verdict, one.source, one.day or case.request.as_of, one.url)
        for one in config.circulation
        if one.day is None or one.day <= last
        for text in one.texts
        for verdict in factcheck.check(text, scope, about=one.about or config.subject, book=book)
    )


def checked_claims(case: Case, study: Study) -> dict[str, bytes]:
    """What was found about the claims in circulation, all of it: the page has room for the weightiest."""
    if not study.circulating:
        return {}
    from peerbench.factcheck import report

    texts = dict.fromkeys((one.source, one.day) for one in study.circulating)
    found = [
        report.data(
            _report(case, tuple(c.verdict for c in study.circulating if (c.source, c.day) == key), "en"), key[0]
        )
        | {"published": key[1]}
        for key in texts
    ]
    return {"checked.json": records.as_json(found)}


def _report(case: Case, verdicts: tuple[Verdict, ...], language: str) -> report.TextChecked:
    from peerbench import factcheck
    from peerbench.factcheck import report

    names = {key: company.name for key, company in case.data.companies.items()}
    book = Sourcebook(case.data, names)
    return report.TextChecked(case.config.name, case.request.as_of, language, verdicts, factcheck.notes(verdicts), book)


def check_text(text: str, config_path: Path, *, as_of: date | None = None, today: date) -> report.TextChecked:
    """Every quantitative statement of a text, judged by the figures of a config. Raises UnusableRequest."""
    from peerbench import factcheck

    case = prepare(config_path, as_of=as_of, audiences=(), today=today)
    verdicts = factcheck.check(text, _scope(case))
    return _report(case, verdicts, factcheck.language(text))


def _scope(case: Case) -> Any:
    from peerbench import factcheck

    return factcheck.Scope(case.data, tuple(case.request.roles), case.request.as_of, case.config.segments)
