"""The ledger's tables: their migrations, forward only, and the seal that every row carries.

Times are text, UTC to the second (2026-01-05T12:00:00Z), so that both databases sort and compare them alike. A seal is
the SHA-256 of the rest of its row: a byte that flipped is found when the row is read, and a change that was decided on
an older row is refused, which is what lets two programs share one ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

PREFIX: Final = "bench_"
SEAL: Final = "seal"

_ISSUES: Final = """CREATE TABLE bench_issues (
  id TEXT PRIMARY KEY, brief TEXT NOT NULL, config TEXT NOT NULL, audiences TEXT NOT NULL, occasion TEXT NOT NULL,
  scheduled_for TEXT NOT NULL, as_of TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL,
  owner TEXT NOT NULL, lease_until TEXT NOT NULL, next_try TEXT NOT NULL, folder TEXT NOT NULL, digest TEXT NOT NULL,
  facts TEXT NOT NULL,
  reason TEXT NOT NULL, changed TEXT NOT NULL, seal TEXT NOT NULL,
  UNIQUE (brief, scheduled_for), UNIQUE (brief, occasion)
)"""
_DELIVERIES: Final = """CREATE TABLE bench_deliveries (
  id TEXT PRIMARY KEY, issue TEXT NOT NULL REFERENCES bench_issues (id), target TEXT NOT NULL, audience TEXT NOT NULL,
  recipient TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, owner TEXT NOT NULL,
  lease_until TEXT NOT NULL, next_try TEXT NOT NULL, last_error TEXT NOT NULL, receipt TEXT NOT NULL,
  changed TEXT NOT NULL, seal TEXT NOT NULL,
  UNIQUE (issue, target, audience, recipient)
)"""
_FACTS: Final = """CREATE TABLE bench_facts_used (
  facts TEXT NOT NULL, fact TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, currency TEXT NOT NULL,
  known_on TEXT NOT NULL, source TEXT NOT NULL, seal TEXT NOT NULL, PRIMARY KEY (facts, fact, known_on)
)"""
_WATCHES: Final = """CREATE TABLE bench_watches (
  brief TEXT PRIMARY KEY, expression TEXT NOT NULL, since TEXT NOT NULL, seen TEXT NOT NULL, seal TEXT NOT NULL
)"""
_PASSED: Final = """CREATE TABLE bench_passed_over (
  brief TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, times INTEGER NOT NULL, reason TEXT NOT NULL,
  changed TEXT NOT NULL, seal TEXT NOT NULL, PRIMARY KEY (brief, first)
)"""
_DOCUMENTS: Final = """CREATE TABLE bench_documents (
  brief TEXT NOT NULL, document TEXT NOT NULL, known_on TEXT NOT NULL, noted TEXT NOT NULL, seal TEXT NOT NULL,
  PRIMARY KEY (brief, document)
)"""
_DONE: Final = """CREATE TABLE bench_done (
  key TEXT PRIMARY KEY, brief TEXT NOT NULL, scheduled_for TEXT NOT NULL, seal TEXT NOT NULL
)"""

# One entry a version, in order, never changed once released: the ledger of an older program is brought up to date by
# what it has not had yet, and that of a newer program is refused.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        _ISSUES,
        _DELIVERIES,
        _FACTS,
        _WATCHES,
        _PASSED,
        _DOCUMENTS,
        "CREATE INDEX bench_issues_state ON bench_issues (state, next_try)",
        "CREATE INDEX bench_deliveries_state ON bench_deliveries (state, next_try)",
        "CREATE INDEX bench_facts_used_fact ON bench_facts_used (fact)",
    ),
    (_DONE, "CREATE INDEX bench_done_time ON bench_done (brief, scheduled_for)"),
)
META_DDL: Final = "CREATE TABLE bench_ledger (name TEXT PRIMARY KEY, value TEXT NOT NULL)"

_meta = sa.MetaData()


def _table(name: str, *columns: str, numbers: tuple[str, ...] = (), counts: tuple[str, ...] = ()) -> sa.Table:
    kinds: dict[str, Any] = {**dict.fromkeys(numbers, sa.Double), **dict.fromkeys(counts, sa.Integer)}
    made = (sa.Column(column, kinds.get(column, sa.Text)) for column in (*columns, SEAL))
    return sa.Table(PREFIX + name, _meta, *made)


META: Final = sa.Table(f"{PREFIX}ledger", _meta, sa.Column("name", sa.Text), sa.Column("value", sa.Text))
ISSUES: Final = _table(
    "issues", "id", "brief", "config", "audiences", "occasion", "scheduled_for", "as_of", "state", "attempt", "owner",
    "lease_until", "next_try", "folder", "digest", "facts", "reason", "changed", counts=("attempt",),
)  # fmt: skip
DELIVERIES: Final = _table(
    "deliveries", "id", "issue", "target", "audience", "recipient", "state", "attempts", "owner", "lease_until",
    "next_try", "last_error", "receipt", "changed", counts=("attempts",),
)  # fmt: skip
FACTS: Final = _table("facts_used", "facts", "fact", "value", "currency", "known_on", "source", numbers=("value",))
WATCHES: Final = _table("watches", "brief", "expression", "since", "seen")
PASSED: Final = _table("passed_over", "brief", "first", "last", "times", "reason", "changed", counts=("times",))
DOCUMENTS: Final = _table("documents", "brief", "document", "known_on", "noted")
DONE: Final = _table("done", "key", "brief", "scheduled_for")  # keys of issues and deliveries that were forgotten
SEALED: Final = (ISSUES, DELIVERIES, FACTS, WATCHES, PASSED, DOCUMENTS, DONE)


def sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its seal."""
    return {**row, SEAL: seal(row)}


def seal(row: Mapping[str, Any]) -> str:
    """SHA-256 of a row without its seal; columns in the order of their names."""
    kept = {name: value for name, value in row.items() if name != SEAL}
    # A byte that flipped may have made a blob of a text, which no row holds: it is written as what it is.
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(*parts: str) -> str:
    """A short stable name for what the parts name together: 128 bits of their SHA-256, in hex."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def written(moment: datetime) -> str:
    """A moment as the tables hold it. Raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """A moment as the tables hold it, read."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
