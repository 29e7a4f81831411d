"""A ledger's database: opened, brought up to date, and found whole before anything is done with it.

SQLite in WAL mode, or PostgreSQL. Every change is one transaction that is on the disk when it returns.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc

from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding
from peerbench.deliver import tables

BUSY_SECONDS: Final = 60
CONNECT_SECONDS: Final = 20  # that a database server has to answer at all
_LOCK: Final = 0x62656E6368  # "bench"
HALF_DONE: Final = "What was published stays whole; the next pass takes over where this one stopped."


class LedgerRefused(UnusableRequest):
    """The ledger cannot be used: damaged, of a newer program, of another program, out of reach, on a full disk."""

    def __init__(self, ledger: str, why: str, hint: str = "") -> None:
        super().__init__((Finding("ledger", "error", f"the ledger {ledger} {why}.", hint),))


def connect(url: str) -> sa.Engine:
    """The database at an SQLAlchemy URL, at this program's version. Raises LedgerRefused."""
    shown = public(url)
    engine = _engine(url, shown)
    try:
        with told(shown):
            if engine.dialect.name == "sqlite":
                _check_file(engine, shown)
            _migrate(engine, shown)
    except BaseException:
        engine.dispose()
        raise
    return engine


def public(url: str) -> str:
    """A URL as it may be printed: the path of a file, or the address without user and password, whatever is in them."""
    if url.startswith("sqlite:///") and (path := url.removeprefix("sqlite:///")):
        return os.path.relpath(path)
    if "://" not in url:
        return "at an address that is no URL"  # it may be a list of settings, a password among them
    return re.sub(r"//.*@", "//", url, flags=re.DOTALL).partition("?")[0]


def alone(connection: sa.Connection) -> None:
    """Waits until no other program writes to the ledger; until the end of the transaction none does."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


@contextmanager
def told(shown: str) -> Iterator[None]:
    """What a database says in anger, as a refusal that names the ledger, the cause and the way out."""
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error) as error:
        raise LedgerRefused(shown, *_why(str(getattr(error, "orig", error)))) from error
    except UnicodeDecodeError as error:
        raise damaged(shown, "text in it is not UTF-8") from error
    except exc.SQLAlchemyError as error:
        raise LedgerRefused(shown, f"cannot be used: {_line(str(error))}") from error
    except OSError as error:
        raise LedgerRefused(shown, f"cannot be written: {error.strerror or error}", HALF_DONE) from error


def damaged(shown: str, what: str) -> LedgerRefused:
    """The refusal of a ledger that does not say what was written."""
    hint = (
        "Put back a copy of it, or move it aside: a new one begins with the next pass, and issues no time before that. "
        "Issues that lie in output/ are not touched."
    )
    return LedgerRefused(shown, f"is damaged: {what}", hint)


def _why(said: str) -> tuple[str, str]:
    line = _line(said)
    if re.search(
        r"malformed|not a database|no such (table|column)|invalid utf-8|could not decode", line, re.IGNORECASE
    ):
        refusal = damaged("", line).findings[0]
        return f"is damaged: {line}", refusal.hint
    if "locked" in line:
        return f"is busy: {line}", f"Another program has held it for {BUSY_SECONDS} seconds. Run the command again."
    if re.search(r"full|disk I/O|readonly|read-only|unable to open", line, re.IGNORECASE):
        return f"cannot be written: {line}", f"Free the space or the rights. {HALF_DONE}"
    return f"cannot be used: {line}", HALF_DONE


def _line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(".?")


def compact(engine: sa.Engine) -> None:
    """A SQLite file without the room that rows left; a busy one stays as it is. PostgreSQL sees to it by itself."""
    if engine.dialect.name != "sqlite":
        return
    held = engine.raw_connection()
    try:
        held.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
        held.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    except sqlite3.OperationalError:  # in use, or no room for the copy: what was to be forgotten is
        pass
    finally:
        held.close()


# ---- opening ---------------------------------------------------------------------------------------------------------


def _engine(url: str, shown: str) -> sa.Engine:
    with told(shown):
        made = _url(url, shown)
        if made.get_backend_name() not in ("sqlite", "postgresql"):
            raise LedgerRefused(
                shown, "is neither SQLite nor PostgreSQL", "Write a file, or postgresql:// in its variable."
            )
        if made.get_backend_name() == "sqlite":
            _folder(Path(made.database or ""))
            engine = sa.create_engine(made, connect_args={"timeout": BUSY_SECONDS})
            sa.event.listen(engine, "connect", _settings)
            sa.event.listen(engine, "begin", _begin)
            return engine
        driver = made if "+" in made.drivername else made.set(drivername="postgresql+psycopg")
        waits = {"connect_timeout": CONNECT_SECONDS} if driver.get_driver_name() == "psycopg" else {}
        return sa.create_engine(driver, pool_pre_ping=True, pool_size=2, connect_args=waits)


def _url(url: str, shown: str) -> sa.URL:
    hint = "Write postgresql://USER:PASSWORD@HOST/DATABASE; in a password @ is %40, / is %2F and : is %3A."
    try:
        made = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise LedgerRefused(shown, "is named by something that is no URL of a database", hint) from None
    if made.get_backend_name() == "sqlite" and made.database in (None, "", ":memory:"):
        raise LedgerRefused(shown, "is named without a file", "Write sqlite:///path/of/the/file.")
    return made


def _folder(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = path.parent / ".gitignore"
    if path.parent.name == ".bench" and not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")


def _settings(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not guessed by the driver
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    # A writer is one from the start: two passes wait for each other, they do not deadlock.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _check_file(engine: sa.Engine, shown: str) -> None:
    """Every page and index of the file, and that its tables are the ones that were made."""
    with engine.connect() as connection:
        connection = connection.execution_options(reading=True)
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if found != "ok":
            raise damaged(shown, _line(str(found)))
        names = {
            str(row[0]) for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if names and tables.META.name not in names:
            raise LedgerRefused(shown, "is a database of another program", "Name a file of its own under `ledger:`.")
        if names and _made(connection) != connection.execute(_value("tables")).scalar():
            raise damaged(shown, "its tables are not the ones that were made")


def _made(connection: sa.Connection) -> str:
    """Digest of how a SQLite file describes its tables and indexes."""
    asked = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE 'bench_%' ORDER BY name"
    return hashlib.sha256(repr([row[0] for row in connection.exec_driver_sql(asked)]).encode()).hexdigest()


def _value(name: str) -> sa.Select[Any]:
    return sa.select(tables.META.c.value).where(tables.META.c.name == name)


# ---- migrations ------------------------------------------------------------------------------------------------------


def _migrate(engine: sa.Engine, shown: str) -> None:
    """All that this ledger has not had yet, in one transaction: afterwards it is of this version or as it was."""
    with engine.begin() as connection:
        alone(connection)
        found = _version(connection)
        known = len(tables.MIGRATIONS)
        if found is None or not 0 <= found <= known:
            said = "an unreadable version" if found is None else f"version {found}"
            hint = f"This program knows version {known} and older. Use the newer one, or name another ledger."
            raise LedgerRefused(shown, f"is of {said}, made by a newer peerbench", hint)
        if found == known:
            return
        for statement in (step for steps in tables.MIGRATIONS[found:] for step in steps):
            connection.exec_driver_sql(statement)
        _note(connection, "version", str(known))
        if engine.dialect.name == "sqlite":
            _note(connection, "tables", _made(connection))


def _version(connection: sa.Connection) -> int | None:
    """0 where there is no ledger yet; None where what stands there is no version."""
    if not sa.inspect(connection).has_table(tables.META.name):
        connection.exec_driver_sql(tables.META_DDL)
        return 0
    said = connection.execute(_value("version")).scalar()
    return int(said) if isinstance(said, str) and said.isascii() and said.isdigit() else None


def _note(connection: sa.Connection, name: str, value: str) -> None:
    connection.execute(tables.META.delete().where(tables.META.c.name == name))
    connection.execute(tables.META.insert().values(name=name, value=value))
