"""Rules on rows: dataframely, which has the same idea, is the independent witness."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbench.sources.contract import Rule, keep, one_per_key
from peerbench.sources.table import ROW, Table

RULES = (
    Rule("positive", pl.col("value") > 0, "value", lambda cells: f"value {cells['value']} is not above zero"),
    Rule("code", pl.col("code").str.contains(r"^[A-Z]{3}$"), "code", lambda cells: f"code '{cells['code']}'"),
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "value": st.one_of(st.none(), st.integers(-3, 3).map(float)),
            "code": st.one_of(st.none(), st.sampled_from(["USD", "usd", "", "EURO", "CNY"])),
        }
    ),
    max_size=12,
)


def numbered(cells: list[dict[str, Any]]) -> tuple[Table, pl.DataFrame]:
    frame = pl.DataFrame(cells, schema={"value": pl.Float64, "code": pl.String})
    frame = frame.with_columns(pl.Series(ROW, range(2, 2 + len(cells)), pl.Int64))
    return Table(frame, "x.parquet", ""), frame


@settings(max_examples=40, deadline=None)
@given(rows)
def test_rows_kept_and_rules_named_are_those_dataframely_finds(cells: list[dict[str, Any]]) -> None:
    dy = pytest.importorskip("dataframely")

    class Contract(dy.Schema):  # type: ignore[misc, name-defined]
        value = dy.Float64(nullable=True, check={"positive": lambda cell: cell > 0})
        code = dy.String(nullable=True, check={"code": lambda cell: cell.str.contains(r"^[A-Z]{3}$")})

    table, frame = numbered(cells)
    kept, findings = keep(table, frame, RULES)
    good, failure = Contract.filter(frame.drop(ROW), cast=True)
    assert kept.drop(ROW).rows() == good.rows()
    counts = {name.rsplit("__", 1)[-1]: count for name, count in failure.counts().items()}
    named = [finding.message.split("(")[1].split(")")[0] for finding in findings]
    assert {rule: named.count(rule) for rule in set(named)} == counts


def test_a_row_that_breaks_two_rules_is_named_twice() -> None:
    table, frame = numbered([{"value": 1.0, "code": "USD"}, {"value": -1.0, "code": "usd"}])
    kept, findings = keep(table, frame, RULES)
    assert kept[ROW].to_list() == [2]
    assert [finding.origin.locator for finding in findings] == ["row 3", "row 3"]


@given(rows)
def test_one_row_stays_per_key_and_it_is_the_first(cells: list[dict[str, Any]]) -> None:
    table, frame = numbered(cells)
    kept, findings = one_per_key(table, frame, ["code"], ["value"], "code")
    first: dict[Any, float | None] = {}
    for row in cells:
        first.setdefault(row["code"], row["value"])
    assert dict(kept.select("code", "value").iter_rows()) == first
    assert len(findings) == len(cells) - len(first)
    assert sum(finding.check == "duplicate" for finding in findings) == sum(
        row["value"] == first[row["code"]] for row in cells
    ) - len(first)
