"""Rows in and out of one transaction of the ledger, each with its seal made or checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from peerbench.deliver import database, tables
from peerbench.deliver.tables import DONE, ISSUES, SEAL

Row = Mapping[str, Any]
CHUNK: Final = 500  # SQLite takes only so many parameters in one question
NAMING: Final = ("id", "brief", "fact", "document", "key")  # columns that name a row


class Transaction:
    """The rows of the ledger that one transaction reads and writes."""

    def __init__(self, connection: sa.Connection, shown: str) -> None:
        self._connection, self._shown = connection, shown

    def all(self, table: sa.Table, *where: Any, order: Sequence[Any] = ()) -> list[dict[str, Any]]:
        rows = self._connection.execute(sa.select(table).where(*where).order_by(*order)).mappings()
        return [self._whole(table, dict(row)) for row in rows]

    def first(self, table: sa.Table, *where: Any, order: Sequence[Any] = ()) -> dict[str, Any] | None:
        row = self._connection.execute(sa.select(table).where(*where).order_by(*order).limit(1)).mappings().first()
        return None if row is None else self._whole(table, dict(row))

    def one(self, table: sa.Table, **keys: str) -> dict[str, Any] | None:
        return self.first(table, *match(table, **keys))

    def add(self, table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The row added; None where its key, or another unique one, is there already or was once."""
        if table is ISSUES and self.first(DONE, *forgotten(row)) is not None:
            return None
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        fresh = tables.sealed(row)
        done = self._connection.execute(dialect.insert(table).values(**fresh).on_conflict_do_nothing())
        return fresh if done.rowcount else None

    def insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Rows, with their seals, that are known not to be there."""
        self._connection.execute(table.insert(), list(rows))

    def drop(self, table: sa.Table, *where: Any) -> int:
        """Rows taken out; how many."""
        return int(self._connection.execute(table.delete().where(*where)).rowcount)

    def put(self, table: sa.Table, row: Mapping[str, Any], *, old: Mapping[str, Any] | None) -> bool:
        """The row in place of `old`, unless that has changed meanwhile; added where there was none."""
        if old is None:
            return self.add(table, row) is not None
        keys = [column == old[column.name] for column in table.c if column.name in ("id", "brief")][:1]
        fresh = tables.sealed(row)
        done = self._connection.execute(table.update().where(*keys, table.c[SEAL] == old[SEAL]).values(**fresh))
        return bool(done.rowcount)

    def _whole(self, table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
        if tables.seal(row) != row[SEAL]:
            keys = [str(row[column.name]) for column in table.c if column.name in NAMING]
            place = f"{table.name.removeprefix(tables.PREFIX)}, row {' '.join(keys)}"
            raise database.damaged(self._shown, f"{place} is not as it was written")
        return row


def match(table: sa.Table, **keys: str | None) -> tuple[Any, ...]:
    """The condition that columns have these values; None asks for nothing."""
    return tuple(table.c[name] == value for name, value in keys.items() if value is not None)


def forgotten(row: Row) -> tuple[Any, ...]:
    """Whether an issue of that name, or of that brief and time, was forgotten: the condition on DONE."""
    same_time = sa.and_(DONE.c.brief == row["brief"], DONE.c.scheduled_for == row["scheduled_for"])
    return (sa.or_(DONE.c.key == row["id"], same_time),)


def chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names, as many at a time as one question may hold."""
    for start in range(0, len(names), CHUNK):
        yield names[start : start + CHUNK]
