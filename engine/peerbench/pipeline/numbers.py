"""A case computed: its study, its frames, one number explained; nothing is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from peerbench import editions
from peerbench.brief import assemble, dossier, records
from peerbench.brief.attribution import Side
from peerbench.brief.study import Study
from peerbench.core.document import Source, Trace
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.pipeline.case import Case, prepare, shop_of
from peerbench.pipeline.earlier import printed
from peerbench.pipeline.mistakes import HELD_BY, errors, levelled, unpriced
from peerbench.pipeline.outside import circulating
from peerbench.pipeline.pattern import given_of
from peerbench.pipeline.reading import Given
from peerbench.universe import members as universes


@dataclass(frozen=True, slots=True)
class Computed:
    """Figures without pages: METRICS and COMPARISON, and the files written if any."""

    metrics: pl.DataFrame
    comparison: pl.DataFrame
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]


def studied(case: Case) -> tuple[Study, assemble.Frames]:
    """The study of a case, with what is said about its companies held against its figures."""
    study, frames = assemble.study(case.data, case.request)
    return replace(study, circulating=circulating(case)), frames


def weighed(case: Case) -> tuple[Study, assemble.Frames, tuple[Finding, ...]]:
    """The study of a case, its findings at the levels that the config gives them, and those that hold an issue back."""
    study, frames = studied(case)
    study = replace(study, findings=levelled((*case.warnings, *study.findings), case.config.checks))
    return study, frames, tuple(finding for finding in study.findings if finding.severity == HELD_BY)


def shared_mistakes(
    universe: universes.Universe, *, audiences: Sequence[str] | None = None, today: date
) -> tuple[Finding, ...]:
    """What is wrong with every member alike, audiences and templates say, as the first one shows."""
    first = universe.members[0]
    found = check(first.path, as_of=universe.as_of, audiences=audiences, today=today, given=given_of(universe, first))
    own = {first.company, *first.peers}
    return tuple(finding for finding in errors(found) if finding.subject not in own)


def check(
    config_path: Path,
    *,
    as_of: date | None = None,
    audiences: Sequence[str] | None = None,
    today: date,
    given: Given | None = None,
) -> tuple[Finding, ...]:
    """Everything wrong or noteworthy about a config and its data, without building. audiences: else the config's."""
    try:
        case = prepare(config_path, as_of=as_of, audiences=audiences, today=today, given=given)
    except UnusableRequest as error:
        return error.findings
    study, _ = studied(case)
    shop = shop_of(case, study)
    mistakes = [finding for reader in case.request.audiences for finding in editions.mistakes(shop, reader)]
    return (
        *unpriced(case),
        *dict.fromkeys(mistakes),
        *levelled(
            dict.fromkeys((*case.warnings, *study.findings, *case.data.findings, *case.others)), case.config.checks
        ),
    )


def compute(config_path: Path, *, as_of: date | None = None, out: Path | None = None, today: date) -> Computed:
    """The figures of a config without rendering; metrics.csv and comparison.csv are written into `out` if given."""
    _, frames, findings = figures(config_path, as_of=as_of, today=today)
    files: tuple[Path, ...] = ()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        made = {"metrics.csv": records.as_csv(frames.metrics), "comparison.csv": records.as_csv(frames.comparison)}
        for name, data in made.items():
            (out / name).write_bytes(data)
        files = tuple(out / name for name in made)
    return Computed(frames.converted, frames.comparison, findings, files)


def figures(
    config_path: Path,
    *,
    as_of: date | None,
    today: date,
    over: Mapping[str, Any] | None = None,
    metrics: Sequence[str] = (),
) -> tuple[assemble.Request, assemble.Frames, tuple[Finding, ...]]:
    """What a config asks for and its frames. over: values that win over the config's; metrics: of these alone."""
    case = prepare(config_path, as_of=as_of, audiences=(), today=today, over=over)
    work, _ = assemble.plan(case.request)
    frames, findings = assemble.compute(case.data, case.request, work)
    if metrics:
        kept = pl.col("metric").is_in(metrics)
        converted, comparison = frames.converted.filter(kept), frames.comparison.filter(kept)
        frames = replace(frames, converted=converted, comparison=comparison)
    return case.request, frames, findings


def side(config_path: Path, *, as_of: date | None, today: date) -> Side:
    """The figures of a config on one day, to be compared with those of another day or of an issue."""
    case = prepare(config_path, as_of=as_of, today=today)
    work, _ = assemble.plan(case.request)
    frames, _ = assemble.compute(case.data, case.request, work)
    return Side(dossier.asked(case.request, work), case.data, printed(frames))


def explain(
    config_path: Path, company: str, metric: str, *, as_of: date | None = None, today: date
) -> tuple[Trace, dict[str, Trace], tuple[Source, ...]]:
    """Why one number is so, with the traces of everything below it and the documents."""
    from peerbench.brief import lineage

    case = prepare(config_path, as_of=as_of, audiences=(), today=today)
    study, _ = assemble.study(case.data, _asking(case.request, metric))
    return lineage.walk(study, company, metric)


def _asking(request: assemble.Request, metric: str) -> assemble.Request:
    """The request with one more metric of the catalogue; a name that is none is left for the walk to refuse."""
    from peerbench.metrics import catalogue

    if metric.partition("[")[0] not in catalogue.load().definitions:
        return request
    asked = replace(request, groups={**request.groups, "explained": (metric,)})
    return request if assemble.plan(asked)[1] else asked
