"""Facts of a file that are others than was printed: the issues in output/ and in the ledger that used one of them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peerbench.commands import ledgers, recall, request
from peerbench.commands.printing import print_findings
from peerbench.commands.recall import Recalled
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.universe import naming

if TYPE_CHECKING:
    import polars as pl

    from peerbench.brief.since import Correction
    from peerbench.deliver.ledger import Issue as Entry
    from peerbench.deliver.ledger import Ledger, UsedFact
    from peerbench.issues import Issue

Row = Mapping[str, Any]  # of FACTS
Changed = Mapping[tuple[Any, ...], Row]  # by FACT_KEY
Meant = Callable[[str], bool]  # whether a brief of this name is asked for
SAYS: Final = ("value", "currency", "unit")
GONE: Final = "its folder is gone, so that the figures that follow cannot be worked out"
ANEW: Final = "its folder was built again since; what was sent rested on these facts"


def recalled(parsed: Namespace) -> tuple[list[Recalled], str]:
    """The issues that used a fact of the file with another value, and a sentence that counts them.

    Raises UnusableRequest when the file cannot be read or a row of it breaks the contract.
    """
    from peerbench import issues

    changed = _changed(Path(parsed.facts))
    found = ledgers.found(())
    out = Path(parsed.out) if parsed.out else found.root / "output"
    meant = _meant([Path(name) for name in parsed.configs])
    folders = tuple(path for path in issues.folders(out) if meant(path.parent.name))
    used: set[tuple[Any, ...]] = set()
    hit = tuple(path for path in folders if _uses(path, changed, used))
    made = [one for issue in recall.read(hit) for one in _recalled(issue, changed)]
    ledger = ledgers.existing(found)
    if ledger is not None:
        with ledger:
            made = _with_ledger(made, ledger, changed, found.root, meant, used)
    _print_unused(changed, used)
    many = f"{len(made)} issue{'s' * (len(made) != 1)}"
    return made, f"{many} used facts of {parsed.facts} with another value; {len(folders)} looked at"


def _meant(configs: list[Path]) -> Meant:
    """Whether a brief is of one of these configs, members of a pattern too; of any where none is named.

    Raises UnusableRequest for a config that is not there: a misspelt one would look like good news.
    """
    absent = [path for path in configs if not path.is_file() and naming.sought(path) is None]
    if absent:
        near = {str(path): did_you_mean(str(path), map(str, request.candidates(path.parent))) for path in absent}
        said = (Finding("arguments", "error", f"there is no config '{path}'", hint) for path, hint in near.items())
        raise UnusableRequest(tuple(said))
    names = {path.stem for path in configs}
    patterns = tuple(f"{path.stem}-" for path in configs if naming.is_pattern(path))
    return lambda brief: not configs or brief in names or brief.startswith(patterns)


# ---- the file --------------------------------------------------------------------------------------------------------


def _changed(path: Path) -> Changed:
    """Each fact of the file as it was stated last. A broken row is refused: skipped, it would hide issues."""
    from peerbench.normalise.select import FACT_KEY
    from peerbench.sources import dataset

    facts, findings = dataset.facts(path)
    wrong = tuple(replace(one, severity="error") for one in findings if one.severity == "warning")
    if wrong:
        raise UnusableRequest(wrong)
    print_findings(findings)
    if facts.is_empty():
        raise UnusableRequest((Finding("no-rows", "error", "not one usable row.", "", Origin(str(path))),))
    rows = sorted(facts.iter_rows(named=True), key=lambda row: row["known_on"])
    return {tuple(row[name] for name in FACT_KEY): row for row in rows}


def _print_unused(changed: Changed, used: set[tuple[Any, ...]]) -> None:
    """Facts that no issue rests on: a key that is written otherwise than it was printed would look like them."""
    for key, row in changed.items():
        if key not in used:
            name = f"{row['company']}.{row['item']}.{row['segment']}.{row['months']}.{row['period_end']}"
            near = did_you_mean(str(row["company"]), {str(one[0]) for one in used}) if used else ""
            hint = near if near.startswith("Did you mean") else "Compare its key with data/facts.parquet of an issue."
            print_findings((Finding("unused-fact", "note", f"no issue used {name}.", hint),))


# ---- issues in folders -----------------------------------------------------------------------------------------------


def _uses(folder: Path, changed: Changed, used: set[tuple[Any, ...]]) -> bool:
    """Whether the issue rests on one of the facts; by its facts alone, as most issues do not. Adds the keys it has."""
    import polars as pl

    from peerbench.issues import FACTS
    from peerbench.normalise.select import FACT_KEY

    try:
        rows = pl.read_parquet(folder / FACTS, columns=list(FACT_KEY)).iter_rows()
        found = {key for key in rows if key in changed}
    except (pl.exceptions.PolarsError, OSError):
        return True  # what is wrong with it is told when it is read as a whole
    used |= found
    return bool(found)


def _recalled(issue: Issue, changed: Changed) -> Iterator[Recalled]:
    """The issue, if it printed on another value; its figures with the facts of the file in place of its own."""
    from peerbench.brief import since
    from peerbench.brief.attribution import Restated, Side, attribute, swapped

    pairs = tuple(_pairs(issue.facts, changed))
    if not pairs:
        return
    found = tuple(Restated(_kind(now["known_on"], issue), then, now) for then, now in pairs)
    data = replace(issue.data, facts=swapped(issue.data.facts, issue.as_of, found, to_now=True))
    facts = tuple(since.correction(one, issue.as_of) for one in found)
    yield recall.with_figures(issue, facts, attribute(issue.side, Side(issue.asked, data)))


def _pairs(facts: pl.DataFrame, changed: Changed) -> Iterator[tuple[Row, Row]]:
    """Facts of an issue that the file states otherwise, each with what the file says."""
    from peerbench.normalise.select import FACT_KEY

    for row in facts.iter_rows(named=True):
        now = changed.get(tuple(row[name] for name in FACT_KEY))
        if now is not None and any(row[name] != now[name] for name in SAYS):
            yield row, now


def _kind(known_on: Any, issue: Issue | Entry) -> str:
    """What was known on the issue's day was wrong in print; what was said later has been overtaken."""
    return "corrected" if known_on <= issue.as_of else "restated"


# ---- issues in the ledger --------------------------------------------------------------------------------------------


def _with_ledger(
    made: list[Recalled], ledger: Ledger, changed: Changed, root: Path, meant: Meant,
    seen: set[tuple[Any, ...]],
) -> list[Recalled]:  # fmt: skip
    """With who received each issue, and those that were sent and whose folders are gone or are others now."""
    from peerbench.deliver.ledger import fact_name

    names = {fact_name(str(row["id"])): (key, row) for key, row in changed.items()}
    by_folder = {Path(one.folder).resolve(): one for one in made}
    entries: dict[str, tuple[Entry, list[Correction]]] = {}
    for entry, fact in ledger.uses(names):
        key, row = names[fact.fact]
        seen.add(key)
        if (fact.value, fact.currency) != (row["value"], row["currency"] or ""):
            entries.setdefault(entry.id, (entry, []))[1].append(_correction(entry, fact, row))
    for entry, facts in entries.values():
        if meant(entry.brief):
            place = (root / entry.folder).resolve()
            by_folder[place] = _sent(by_folder.get(place), entry, facts, _receivers(ledger, entry), place)
    return sorted(by_folder.values(), key=lambda one: (one.issue.partition(",")[0], one.as_of))


def _correction(entry: Entry, fact: UsedFact, row: Row) -> Correction:
    from peerbench.brief.attribution import Restated
    from peerbench.brief.since import correction

    then = {**row, "value": fact.value, "currency": fact.currency, "known_on": fact.known_on}
    return correction(Restated(_kind(row["known_on"], entry), then, row), entry.as_of)


def _sent(
    known: Recalled | None, entry: Entry, facts: Iterable[Correction], receivers: tuple[str, ...], place: Path
) -> Recalled:
    if known is not None:
        return replace(known, sent=receivers)
    note = ANEW if place.is_dir() else GONE
    return Recalled(f"{entry.brief}, {entry.as_of}", entry.as_of, tuple(facts), (), entry.folder, receivers, note)


def _receivers(ledger: Ledger, entry: Entry) -> tuple[str, ...]:
    sent = ledger.deliveries(entry.id, states=("sent",))
    return tuple(" ".join(part for part in (one.target, one.audience, one.recipient) if part) for one in sent)
