"""Studies and briefs to test with: the shipped config once a session, variants of it, and evidence made by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from peerbench.core import frames
from peerbench.core.companies import Company
from peerbench.core.document import Brief, Chart, Cite, Mark, Native, Number, Page, Paragraph, Spans, Strong, Text, When
from peerbench.core.evidence import Evidence, Quantity, Tested, Variant, rows_by
from peerbench.core.metric import MetricDefinition
from peerbench.narrate import phrases
from peerbench.narrate.claims import Statement, speak

TODAY: Final = date(2026, 3, 2)  # a build's day; the shipped config has an as_of of its own
DAY: Final = date(2025, 9, 23)
CONFIGS: Final = Path(__file__).resolve().parents[1] / "configs"

# ---- whole studies ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """One config computed and written for each of its audiences."""

    case: Any
    study: Any
    frames: Any
    briefs: Mapping[str, Brief]

    @property
    def evidence(self) -> Evidence:
        found: Evidence = self.study.evidence
        return found


def written(config: Path, *, today: date = TODAY) -> Written:
    from peerbench import pipeline
    from peerbench.brief import compose

    case = pipeline.prepare(config, today=today)
    study, made = pipeline.studied(case)
    return Written(case, study, made, {one.name: compose.compose(study, one) for one in case.request.audiences})


def project(folder: Path, **changes: Any) -> Path:
    """The shipped config with some keys changed, alone in a project of its own; returns the config's path."""
    settings = yaml.safe_load((CONFIGS / "alibaba.yaml").read_text("utf-8")) | changes
    (folder / "configs").mkdir(parents=True, exist_ok=True)
    (folder / "configs" / "_house.yaml").write_bytes((CONFIGS / "_house.yaml").read_bytes())
    path = folder / "configs" / "alibaba.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")
    return path


def peers(*core: str, reference: Sequence[str] = ()) -> list[dict[str, str]]:
    """The `peers` of a config."""
    roles = [*((name, "core") for name in core), *((name, "reference") for name in reference)]
    return [{"company": name, "role": role, "why": "Sells the same"} for name, role in roles]


# ---- reading a document ----------------------------------------------------------------------------------------------


def walk(value: Any) -> Iterator[Any]:
    """Every value of a document, parents before children."""
    yield value
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from walk(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from walk(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from walk(getattr(value, field.name))


def printed(brief: Brief) -> tuple[Any, ...]:
    """What the pages show: everything but the appendix."""
    return (brief.headline, brief.standfirst, brief.byline, brief.takeaways, brief.panel, brief.pages)


def told(brief: Brief) -> tuple[Any, ...]:
    """What the pages say in words and tables: without what only a drawing holds, whose data is a table too."""
    pages = tuple(
        (page.head, tuple(replace(b, figure=None) if isinstance(b, Chart) else b for b in blocks(page)))
        for page in brief.pages
    )
    panel = replace(brief.panel, sparkline=None)
    return (brief.headline, brief.standfirst, brief.byline, brief.takeaways, panel, pages)


def blocks(page: Page) -> list[Any]:
    return [block for row in page.rows for slot in row.slots for block in slot]


def numbers(value: Any) -> list[Number]:
    return [part for part in walk(value) if isinstance(part, Number)]


def words(spans: Spans | str) -> str:
    """Spans as a reader sees them."""
    from peerbench.render.format import text

    if isinstance(spans, str):
        return spans
    said = []
    for span in spans:
        if isinstance(span, (Text, Native)):
            said.append(span.text)
        elif isinstance(span, Number):
            said.append(text(span))
        elif isinstance(span, When):
            said.append(span.value.isoformat())
        elif isinstance(span, Strong):
            said.append(words(span.spans))
        else:
            assert isinstance(span, (Cite, Mark))
    return "".join(said)


def paragraph(one: Paragraph) -> str:
    return " ".join(part for part in (words(one.lead), words(one.spans)) if part)


# ---- sentences -------------------------------------------------------------------------------------------------------

UNSAYABLE: Final = ("NA", "n.m.", "–", ">100", "  ")


@cache
def house() -> phrases.Phrases:
    return phrases.load(CONFIGS.parent / "templates" / "house" / "phrases.yaml")


def said(statement: Statement, id: str = "") -> str:
    """The claim in the house's words, its lead first; empty when it cannot be made. Never a mark for nothing."""
    claim = speak(replace(statement, id=id or statement.id), house())
    text = f"{words(claim.lead)} {words(claim.spans)}".strip() if claim else ""
    assert not any(mark in text for mark in UNSAYABLE), text
    return text


# ---- evidence by hand ------------------------------------------------------------------------------------------------

Given = float | str | None  # a number; None is missing; n.m.; "excluded"


def definition(metric: str, **changes: Any) -> MetricDefinition:
    """The catalogue's entry, or one made up: a multiple where lower is better."""
    from peerbench.metrics.catalogue import load

    known = load().definitions.get(metric)
    made = known or MetricDefinition(
        id=metric, label=metric, short=metric, group="custom", formula="", unit="times", better="lower",
        definition="", source="", period="ltm",
    )  # fmt: skip
    return replace(made, **changes)


def _row(metric: str, company: str, given: Given, known: MetricDefinition) -> dict[str, Any]:
    status = {"n.m.": "not_meaningful", None: "missing"}.get(given, "ok") if not isinstance(given, float) else "ok"
    status = "excluded" if given == "excluded" else status
    value = float(given) if isinstance(given, (int, float)) else None
    return {
        "company": company, "as_of": DAY, "metric": metric, "period": known.period, "period_end": date(2025, 6, 30),
        "value": value, "raw": 140.0 if status == "excluded" else value, "unit": known.unit,
        "currency": "USD" if known.unit == "money" else None, "status": status,
        "reason": None if status == "ok" else f"{status} by hand", "known_on": date(2025, 8, 29), "inputs": [],
        "flags": [],
    }  # fmt: skip


def evidence(
    values: Mapping[str, Mapping[str, Given]],
    *,
    subject: str = "alba",
    reference: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    operands: Mapping[tuple[str, str], Given] | None = None,
    **changes: Mapping[str, Any],
) -> Evidence:
    """Evidence over metric → company → value; the companies are those named, the subject first.

    changes: metric → fields of its definition to alter.
    """
    from peerbench.compare.robustness import held
    from peerbench.compare.statistics import compare

    companies = list(dict.fromkeys((subject, *(c for each in values.values() for c in each))))
    roles = {c: "subject" if c == subject else "reference" if c in reference else "core" for c in companies}
    known = {metric: definition(metric, **changes.get(metric, {})) for metric in values}
    rows = [_row(metric, c, each.get(c), known[metric]) for metric, each in values.items() for c in companies]
    table = pl.DataFrame(rows, schema=frames.METRICS)
    compared = compare(table, subject=subject, roles=roles, definitions=known)
    cells = {key: _cell(*key, given) for key, given in (operands or {}).items()}
    return Evidence(
        subject, tuple(c for c in companies if roles[c] == "core"), tuple(reference),
        {c: _company(c, (names or {}).get(c, c.capitalize())) for c in companies}, known, DAY, "USD", cells,
        rows_by(table, "company", "metric"),  # type: ignore[arg-type]
        rows_by(table, "company", "metric"),  # type: ignore[arg-type]
        rows_by(compared, "company", "metric"),  # type: ignore[arg-type]
        held=held(table, subject=subject, roles=roles, definitions=known),
    )  # fmt: skip


def _cell(company: str, operand: str, given: Given) -> dict[str, Any]:
    ok = isinstance(given, (int, float))
    return dict.fromkeys(frames.CELLS) | {
        "company": company, "as_of": DAY, "operand": operand, "value": given if ok else None, "unit": "money",
        "currency": "USD", "status": "ok" if ok else given or "missing", "reason": None if ok else "by hand",
    }  # fmt: skip


def _company(key: str, name: str) -> Company:
    return Company(key, name, name, "", "CN", "Software", "USD", 12, "us-gaap", "", "ordinary")


def robust(
    own: Evidence, metric: str, premiums: Mapping[str, float], *, pivotal: str = "", inside: float = 0.05
) -> Tested:
    """A robustness test by hand: variant → premium, the first is the finding; a company's name is the one without."""
    main = next(iter(premiums.values()))
    variants = []
    for name, premium in premiums.items():
        quantity = own.work(f"variant:{metric}:{name}", name, premium, "fraction", "by hand", ())
        holds = abs(premium) >= inside and premium * main > 0
        variants.append(Variant(name, quantity, holds, metric, name if name in own.companies else ""))
    own.work(f"robust:{metric}", "Variants that hold", float(sum(v.holds for v in variants)), "count", "count", ())
    own.work(f"robust_of:{metric}", "Variants", float(len(variants)), "count", "count", ())
    return Tested(metric, inside, tuple(variants), pivotal)


def quantity(value: float | None, name: str = "one", unit: str = "fraction") -> Quantity:
    return Quantity(f"working:{name}", name, value, unit, status="ok" if value is not None else "missing")
