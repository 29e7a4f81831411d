"""Databases by query: a real PostgreSQL, SQLite and DuckDB give what the CSV gives; secrets are printed nowhere."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from database import PASSWORD, USER, postgres
from peerbench.core.dataset import Dataset
from peerbench.core.findings import Finding
from peerbench.sources import layout, sql
from peerbench.sources.ask import Ask, Means
from peerbench.sources.dataset import embedded, load
from peerbench.sources.fetch import Web
from peerbench.sources.layout import Known
from peerbench.sources.merge import combine
from peerbench.sources.merge import rows as rows_of
from peerbench.sources.payload import Payload
from peerbench.sources.store import Store

TABLES = ("companies", "lines", "facts", "prices", "fx", "estimates", "dividends", "claims", "disagreements")
TYPES = {"number": "double precision", "integer": "bigint", "date": "date", "boolean": "boolean"}
ALL = {name: {"query": f'select * from "{name}" order by position', "file": ""} for name in TABLES}


def columns(name: str) -> list[tuple[str, str]]:
    """The columns of an embedded file with their SQL types."""
    with (embedded("platforms") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    kinds = {column.name: TYPES.get(column.kind, "text") for column in layout.COLUMNS[name]}
    return [(column, kinds.get(column, "text")) for column in header]


def rows(name: str) -> list[list[str | None]]:
    with (embedded("platforms") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [[cell or None for cell in row] for row in list(csv.reader(file))[1:]]


def create(name: str) -> str:
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns(name))
    return f'create table "{name}" (position integer, {listed})'


def selected(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Queries that leave out the position, as the file has none."""
    made: dict[str, Any] = {}
    for name in tables:
        listed = ", ".join(f'"{column}"' for column, _ in columns(name))
        made[name] = {"query": f'select {listed} from "{name}" order by position', "file": ""}
    return made


def read(root: Path, environ: Mapping[str, str] | None = None, web: Web | None = None, **settings: Any) -> Payload:
    return sql.read(Ask("sql", "base", settings, root), Means(web, environ or {}))


def problem(payload: Payload) -> Finding:
    assert payload.tables == {}
    (finding,) = payload.findings
    assert (finding.check, finding.severity) == ("not-queried", "error")
    return finding


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server with the embedded set in it: its URL."""
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("sqlalchemy")
    with postgres() as place:
        url = f"postgresql://{USER}:{quote(PASSWORD, safe='')}@{place}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            for name in TABLES:
                connection.execute(create(name))
                listed = ", ".join(f'"{column}"' for column, _ in columns(name))
                with connection.cursor().copy(f'copy "{name}" (position, {listed}) from stdin') as copy:
                    for number, row in enumerate(rows(name)):
                        copy.write_row([number, *row])
        yield url


def frames(data: Dataset) -> dict[str, Any]:
    return {name: getattr(data, name) for name in ("facts", "prices", "fx", "estimates", "dividends", "claims")}


def test_postgresql_gives_what_the_csv_gives(server: str, tmp_path: Path) -> None:
    found = read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables=selected(ALL))
    assert found.findings == ()
    ours, theirs = combine((found,)), load(embedded("platforms"))[0]
    for name, frame in frames(theirs).items():
        assert frames(ours)[name].equals(frame), name
    assert (ours.companies, ours.lines) == (theirs.companies, theirs.lines)


def test_parameters_are_bound_and_never_pasted(server: str, tmp_path: Path) -> None:
    query = "select * from facts where company = :company and period_end >= cast(:since as date)"
    settings: dict[str, Any] = {
        "url_env": "BENCH_DB",
        "tables": {"facts": {"query": query}},
        "parameters": {"company": "amazon", "since": "2025-01-01", "unused": 1},
    }
    found = read(tmp_path, {"BENCH_DB": server}, **settings)
    assert set(found.tables["facts"].frame["company"]) == {"amazon"}
    attack = {**settings["parameters"], "company": "x'; drop table facts; --"}
    assert read(tmp_path, {"BENCH_DB": server}, **{**settings, "parameters": attack}).tables["facts"].frame.height == 0
    assert read(tmp_path, {"BENCH_DB": server}, **settings).tables["facts"].frame.height > 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from facts",
        "drop table facts",
        "create table x (y int)",
        "with gone as (delete from facts returning *) select * from gone",
        "select 1; delete from facts",
    ],
)
def test_a_database_is_only_read(server: str, tmp_path: Path, statement: str) -> None:
    problem(read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables={"facts": {"query": statement}}))
    counted = {"facts": {"query": "select count(*) as n from facts"}}
    found = read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables=counted)
    assert found.tables["facts"].frame["n"].to_list() == [str(len(rows("facts")))]


def test_a_colon_in_a_text_is_no_parameter_of_the_driver_either(server: str, tmp_path: Path) -> None:
    query = """
        select date, base, quote, rate::float8, '{"a":1, "b": ":quote"}'::json ->> 'b' as source  -- of :nobody
        from fx where quote = :quote and to_char(date, 'HH24:MI') = '00:00' order by date limit 1"""
    found = read(
        tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables={"fx": {"query": query}},
        parameters={"quote": "USD"},
    )  # fmt: skip
    assert found.findings == ()
    assert found.tables["fx"].frame.select("quote", "source").rows() == [("USD", ":quote")]


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("'NaN'::numeric", "'NaN' is not a number"), ("'Infinity'::float8", "'inf' is not a number"),
        ("repeat('9', 400)::numeric", "out of range"), ("array[1, 2]", "type list"), ("'\\x00'::bytea", "type bytes"),
        ("interval '1 day'", "type timedelta"), ("1 / 0", "division by zero"), ("1.5, 2 as rate", "'rate' twice"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_rate_is_told(server: str, tmp_path: Path, cell: str, word: str) -> None:
    """A number of another kind leaves its row out; what no file could hold fails the query."""
    first, _, rest = cell.partition(", 2 as")
    column = f"{first} as rate" + (f", 2 as{rest}" if rest else "")
    query = f"select date '2025-01-02' as date, 'EUR' as base, 'USD' as quote, {column}"
    found = read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables={"fx": {"query": query}})
    said = [*found.findings]
    if "fx" in found.tables:
        frame, seen = rows_of("fx", found.tables["fx"], Known(()))
        assert frame.height == 0
        said += seen
    assert word in " ".join(finding.message for finding in said)


def test_a_query_that_fails_is_named_and_the_others_go_on(server: str, tmp_path: Path) -> None:
    tables = {"facts": {"query": "select * from fact"}, **selected({"fx": {}})}
    found = read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables=tables)
    assert list(found.tables) == ["fx"]
    (finding,) = found.findings
    assert finding.message == 'base/facts.sql: relation "fact" does not exist.'


def test_a_wrong_password_is_told_without_a_password(server: str, tmp_path: Path) -> None:
    wrong = server.replace(quote(PASSWORD, safe=""), "wr0ng-p4ss")
    finding = problem(read(tmp_path, {"BENCH_DB": wrong}, url_env="BENCH_DB", tables=selected({"fx": {}})))
    assert "password authentication failed" in finding.message
    assert "BENCH_DB" in finding.hint
    for secret in ("wr0ng-p4ss", PASSWORD, quote(PASSWORD, safe=""), wrong):
        assert secret not in str(finding)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:1/postgres"
    finding = problem(read(tmp_path, {"BENCH_DB": url}, url_env="BENCH_DB", tables=selected({"fx": {}})))
    assert "cannot be reached" in finding.message
    assert "hush" not in str(finding)


def test_a_table_without_a_column_is_told(server: str, tmp_path: Path) -> None:
    found = read(tmp_path, {"BENCH_DB": server}, url_env="BENCH_DB", tables={
        **selected({name: {} for name in TABLES}), "fx": {"query": "select date, base, quote from fx"},
    })  # fmt: skip
    data = combine((found,))
    assert data.fx.height == 0
    (finding,) = (finding for finding in data.findings if finding.check == "missing-column")
    assert finding.message == "fx.sql has no column 'rate'."


# ---- SQLite and DuckDB ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lite") / "figures.sqlite"
    connection = sqlite3.connect(path)
    for name in TABLES:
        connection.execute(create(name))
        marks = ", ".join("?" for _ in range(len(columns(name)) + 1))
        connection.executemany(
            f'insert into "{name}" values ({marks})', [[n, *row] for n, row in enumerate(rows(name))]
        )
    connection.commit()
    connection.close()
    return path


def test_sqlite_gives_what_the_csv_gives(lite: Path, tmp_path: Path) -> None:
    found = read(tmp_path, file=str(lite), tables=selected(ALL))
    assert found.findings == ()
    for name, frame in frames(load(embedded("platforms"))[0]).items():
        assert frames(combine((found,)))[name].equals(frame), name


def test_duckdb_gives_what_the_csv_gives(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect(str(tmp_path / "figures.duckdb"))
    for name in ("companies", "facts", "fx"):
        source = embedded("platforms") / f"{name}.csv"
        kinds = {column: kind.replace("double precision", "double") for column, kind in columns(name)}
        read_csv = f"read_csv('{source}', header = true, columns = {kinds})"
        connection.execute(f'create table "{name}" as select row_number() over () as position, * from {read_csv}')
    connection.close()
    tables = selected({"companies": {}, "facts": {}, "fx": {}})
    tables["facts"]["query"] = tables["facts"]["query"].replace("order by", "where company <> :left_out order by")
    found = read(tmp_path, file="figures.duckdb", tables=tables, parameters={"left_out": "nobody"})
    assert found.findings == ()
    ours, theirs = combine((found,)), load(embedded("platforms"))[0]
    assert ours.facts.equals(theirs.facts)
    assert ours.fx.equals(theirs.fx)
    outside = {"fx": {"query": f"select * from read_csv('{embedded('platforms') / 'fx.csv'}')"}}
    assert "disabled" in problem(read(tmp_path, file="figures.duckdb", tables=outside)).message


@pytest.mark.parametrize("statement", ["delete from facts", "attach 'other.sqlite' as x", "insert into fx values (1)"])
def test_a_sqlite_file_is_only_read(
    lite: Path, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = lite.read_bytes()
    problem(read(tmp_path, file=str(lite), tables={"facts": {"query": statement}}))
    assert lite.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


# ---- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"url_env": "BENCH_DB"}, "no table is named"),
        ({"url_env": "BENCH_DB", "tables": {"fact": {"query": "select 1"}}}, "unknown table 'fact'"),
        ({"url_env": "BENCH_DB", "tables": {"facts": {}}}, "neither query nor file"),
        ({"url_env": "BENCH_DB", "tables": {"facts": {"file": "none.sql"}}}, "none.sql cannot be read"),
        ({"url_env": "BENCH_DB", "tables": {"facts": {"query": "select :who"}}}, "parameter 'who'"),
        ({"url_env": "BENCH_DB", "tables": {"facts": {"query": "select 1"}}}, "BENCH_DB is not set"),
        ({"tables": {"facts": {"query": "select 1"}}}, "one of them"),
        ({"file": "none.db", "tables": {"facts": {"query": "select 1"}}}, "none.db cannot be read"),
        ({"file": "text.db", "tables": {"facts": {"query": "select 1"}}}, "neither a SQLite nor a DuckDB file"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, settings: dict[str, Any], word: str) -> None:
    (tmp_path / "text.db").write_text("text")
    assert word in problem(read(tmp_path, **settings)).message


def test_a_url_that_is_none_is_told_without_it(tmp_path: Path) -> None:
    for url in ("hush", "nosuch://me:hush@host/db", "postgresql://me:hush@[bad/db"):
        finding = problem(read(tmp_path, {"BENCH_DB": url}, url_env="BENCH_DB", tables={"fx": {"query": "select 1"}}))
        assert "hush" not in str(finding)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select :a, ':b', \"x:c\" -- :d\n, /* :e */ x::date, $q$ :f $q$, :g", {"a", "g"}),
        ("select '12:30:00', a::text", set()),
    ],
)
def test_a_colon_is_a_parameter_only_where_sql_has_one(query: str, names: set[str]) -> None:
    assert {name for _, name in sql._TOKEN.findall(query) if name} == names


# ---- frozen ---------------------------------------------------------------------------------------------------------


def test_a_frozen_read_takes_the_kept_rows_and_not_the_database(lite: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    web = Web(store, now=lambda: datetime(2025, 9, 23, tzinfo=UTC))
    live = read(tmp_path, web=web, file=str(lite), tables=selected({"fx": {}, "companies": {}}))
    pinned = {file.path: file.sha256 for file in live.files}
    frozen = read(
        tmp_path, web=Web(store, "frozen", pinned), file="gone.db", tables=selected({"fx": {}, "companies": {}})
    )
    assert frozen.files == live.files
    assert frozen.tables["fx"].frame.equals(live.tables["fx"].frame)
    other = {"fx": {"query": "select * from fx limit 1"}}
    assert "not in the lock" in problem(read(tmp_path, web=Web(store, "frozen", pinned), tables=other)).message
