"""Databases by query: PostgreSQL, SQLite and DuckDB, read only, parameters bound, the URL from the environment.

What a query gives is written as CSV and read like a file of the dataset format: that text is the receipt, and a frozen
build reads it instead of the database.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from peerbench.core.dataset import InputFile
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.sources import layout
from peerbench.sources.ask import Ask, Means
from peerbench.sources.fetch import NotFetched
from peerbench.sources.payload import Payload
from peerbench.sources.table import Table, parse

MAX_ROWS: Final = 5_000_000
SECONDS: Final = 120
_TOKEN: Final = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|::|:([A-Za-z_]\w*)", re.DOTALL
)
_SQLITE: Final = b"SQLite format 3\x00"
Result = tuple[Sequence[str], Any]  # names of the columns, and rows that can be closed
Run = Callable[[str, Mapping[str, Any]], Result]


class _NotQueried(Exception):
    """A query that gave no rows: why, and the way out. Says nothing of a URL."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


def read(ask: Ask, means: Means) -> Payload:
    """Every declared table from its query; what fails is a finding that names the table, the others go on."""
    try:
        queries = _queries(ask)
        texts = _frozen(queries, means) if means.frozen else _queried(ask, means, queries)
    except _NotQueried as error:
        return Payload(ask.name, findings=(ask.finding("not-queried", error.why, error.hint, severity="error"),))
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    files: list[InputFile] = []
    for query, text in texts:
        if isinstance(text, Finding):
            findings.append(text)
            continue
        data = text.encode()
        files.append(InputFile(query.address, hashlib.sha256(data).hexdigest()))
        if means.web is not None and not means.frozen:
            stamp = means.web.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            means.web.store.put(query.address, data, fetched=stamp)
        table, seen = parse(data, shown=query.shown)
        findings += seen
        if table is not None:
            tables[query.table] = table
    return Payload(ask.name, tables, tuple(findings), tuple(files))


@dataclass(frozen=True, slots=True)
class _Query:
    """A table of the dataset format and the SQL that gives it; `values` are only those it names."""

    source: str
    table: str
    text: str
    values: Mapping[str, Any]

    @property
    def shown(self) -> str:
        return f"{self.source}/{self.table}.sql"

    @property
    def address(self) -> str:
        """The query under the hash of its text and values: another query is another payload."""
        key = repr((self.text, sorted(self.values.items()))).encode()
        return f"sql:{self.shown}:{hashlib.sha256(key).hexdigest()[:16]}"


def _queries(ask: Ask) -> list[_Query]:
    parameters = dict(ask.settings.get("parameters") or {})
    found: list[_Query] = []
    for table, entry in dict(ask.settings.get("tables") or {}).items():
        if table not in layout.COLUMNS:
            raise _NotQueried(f"unknown table '{table}'.", did_you_mean(table, layout.COLUMNS))
        text = str(entry.get("query") or "") or _file(ask, str(entry.get("file") or ""), table)
        names = {name for _, name in _TOKEN.findall(text) if name}
        if lacking := sorted(names - parameters.keys()):
            raise _NotQueried(f"the query of {table} names the parameter '{lacking[0]}', which has no value.",
                              f"Add parameters: {{{lacking[0]}: …}}.")  # fmt: skip
        found.append(_Query(ask.name, table, text, {name: parameters[name] for name in sorted(names)}))
    if not found:
        raise _NotQueried("no table is named.", "Write tables: {facts: select …}.")
    return found


def _file(ask: Ask, name: str, table: str) -> str:
    if not name:
        raise _NotQueried(f"the table {table} has neither query nor file.", "Write query: select …")
    try:
        return ask.path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _NotQueried(f"the query file {name} cannot be read: {getattr(error, 'strerror', error)}.") from error


Text = str | Finding


def _frozen(queries: Sequence[_Query], means: Means) -> list[tuple[_Query, Text]]:
    assert means.web is not None
    found: list[tuple[_Query, Text]] = []
    for query in queries:
        try:
            found.append((query, means.web.get(query.address)[0].decode()))
        except NotFetched as error:
            raise _NotQueried(f"{query.shown}: {error.why}.", error.hint) from error
    return found


def _queried(ask: Ask, means: Means, queries: Sequence[_Query]) -> list[tuple[_Query, Text]]:
    with _connected(ask, means) as run:
        return [(query, _text(run, query)) for query in queries]


def _text(run: Run, query: _Query) -> Text:
    """The result as CSV, or why there is none."""
    try:
        names, rows = run(query.text, query.values)
        with closing(rows):  # a cell that fails the query leaves the others unread
            return _csv(names, rows)
    except _NotQueried as error:
        return Finding("not-queried", "error", f"{query.shown}: {error.why}", error.hint, Origin(query.shown))


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(names)
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            raise _NotQueried(f"more than {MAX_ROWS:,} rows.", "Add a condition.")
        writer.writerow([_cell(cell) for cell in row])
    return made.getvalue()


def _cell(cell: Any) -> str:
    """A value as a file of the dataset format writes it; nothing is rounded."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case Decimal():
            return _plain(cell)
        case datetime():
            return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat()
        case date():
            return cell.isoformat()
        case str() | int():
            return str(cell)
        case _:
            raise _NotQueried(f"a cell of type {type(cell).__name__} has no place in the dataset format.", "Cast it.")


def _plain(value: Decimal) -> str:
    """1234.50 as 1234.5, 1E+9 as 1000000000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ---- connections ----------------------------------------------------------------------------------------------------


@contextmanager
def _connected(ask: Ask, means: Means) -> Iterator[Run]:
    """A connection that reads only."""
    named, file = str(ask.settings.get("url_env") or ""), str(ask.settings.get("file") or "")
    if bool(named) == bool(file):
        raise _NotQueried("name a database by url_env or by file, one of them.")
    if file:
        opened = _of_file(ask.path(file), file)
    else:
        url = means.environ.get(named, "")
        if not url:
            raise _NotQueried(f"the environment variable {named} is not set.", f"Set {named} to the database's URL.")
        opened = _of_url(url, named, ask)
    with opened as run:
        yield run


def _of_url(url: str, named: str, ask: Ask) -> Any:
    kind = url.partition("://")[0].partition("+")[0] if "://" in url else ""
    if kind in ("sqlite", "duckdb"):
        path = unquote(url.partition(":///")[2])
        return _of_file(ask.path(path), f"the file of {named}")
    if kind in ("postgresql", "postgres"):
        return _alchemy("postgresql+psycopg:" + url.partition(":")[2], named)
    if not kind:
        raise _NotQueried(f"the environment variable {named} holds no URL.", "Write e.g. postgresql://user@host/name.")
    return _alchemy(url, named)


def _of_file(path: Path, shown: str) -> Any:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise _NotQueried(f"{shown} cannot be read: {error.strerror}.") from error
    if head == _SQLITE:
        return _sqlite(path, shown)
    if head[8:12] == b"DUCK":
        return _duckdb(path, shown)
    raise _NotQueried(f"{shown} is neither a SQLite nor a DuckDB file.")


@contextmanager
def _sqlite(path: Path, shown: str) -> Iterator[Run]:
    import sqlite3

    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("pragma query_only = on")
        # query_only does not keep ATTACH from making a new file.
        denied = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA}
        connection.set_authorizer(lambda act, *_: sqlite3.SQLITE_DENY if act in denied else sqlite3.SQLITE_OK)

        def run(query: str, values: Mapping[str, Any]) -> Result:
            try:
                cursor = connection.execute(query, dict(values))
                return _named(cursor.description), cursor
            except (sqlite3.Error, sqlite3.Warning) as error:
                raise _NotQueried(f"{_first(error)}.") from error

        yield run
    finally:
        connection.close()


@contextmanager
def _duckdb(path: Path, shown: str) -> Iterator[Run]:
    try:
        import duckdb
    except ImportError as error:
        raise _NotQueried("DuckDB is not installed.", "Install the extra: pip install 'peerbench[duckdb]'.") from error
    try:
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
    except duckdb.Error as error:
        raise _NotQueried(f"{shown} cannot be opened: {_first(error)}.") from error
    try:

        def run(query: str, values: Mapping[str, Any]) -> Result:
            try:
                cursor = connection.execute(_dollars(query), dict(values))
                return _named(cursor.description), _batches(cursor)
            except duckdb.Error as error:
                raise _NotQueried(f"{_first(error)}.") from error

        yield run
    finally:
        connection.close()


def _dollars(query: str) -> str:
    """:name as DuckDB binds it, $name; not inside quotes, and not ::."""
    return _TOKEN.sub(lambda match: f"${match[2]}" if match[2] else match[0], query)


def _batches(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(10_000):
        yield from rows


@contextmanager
def _alchemy(url: str, named: str) -> Iterator[Run]:
    """PostgreSQL, or whatever else SQLAlchemy and an installed driver know."""
    try:
        import sqlalchemy
    except ImportError as error:
        raise _NotQueried("SQLAlchemy is not installed.", "Install the extra: pip install 'peerbench[sql]'.") from error
    secrets = _secrets(url)
    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool, connect_args=_careful(url))
    except (sqlalchemy.exc.ArgumentError, ImportError, ValueError) as error:
        hint = "Write e.g. postgresql://user@host/name; is its driver installed?"
        raise _NotQueried(f"the URL in {named} cannot be used: {_first(error, secrets)}.", hint) from error
    try:
        with engine.connect() as connection:
            options = {"postgresql_readonly": True} if "postgresql" in url.partition(":")[0] else {}
            careful = connection.execution_options(stream_results=True, **options)

            def run(query: str, values: Mapping[str, Any]) -> Result:
                try:
                    result = careful.execute(sqlalchemy.text(_escaped(query)), dict(values))
                    return list(result.keys()), result
                except sqlalchemy.exc.SQLAlchemyError as error:
                    careful.rollback()
                    raise _NotQueried(f"{_first(error, secrets)}.") from error

            yield run
    except sqlalchemy.exc.SQLAlchemyError as error:
        hint = f"Is the server up, and are user and password in {named} right?"
        raise _NotQueried(f"the database of {named} cannot be reached: {_first(error, secrets)}.", hint) from error
    finally:
        engine.dispose()


def _escaped(query: str) -> str:
    """The query with every colon that names no parameter escaped: SQLAlchemy sees one inside '{"a":1}' too."""
    return _TOKEN.sub(lambda match: match[0] if match[2] else match[0].replace(":", "\\:"), query)


def _careful(url: str) -> dict[str, Any]:
    if not url.startswith("postgresql"):
        return {}
    return {
        "connect_timeout": 10,
        "options": f"-c statement_timeout={SECONDS * 1000} -c default_transaction_read_only=on",
    }


def _named(description: Any) -> list[str]:
    if description is None:
        raise _NotQueried("the query gives no rows; a select was expected.")
    return [str(column[0]) for column in description]


def _secrets(url: str) -> tuple[str, ...]:
    """What of a URL may be printed nowhere: the whole of it, and the password alone, as written and as meant."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        password = ""
    return tuple(sorted({url, password, unquote(password)} - {""}, key=len, reverse=True))


def _first(error: Exception, secrets: Sequence[str] = ()) -> str:
    """The driver's own first sentence, without a secret."""
    text = str(getattr(error, "orig", None) or error)
    for secret in secrets:
        text = text.replace(secret, "…")
    line = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    line = line.partition(" (Background on this error")[0]
    return line[:300].rstrip(".")
