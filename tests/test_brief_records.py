"""Data files beside the pages: plain CSV that no spreadsheet runs."""

from __future__ import annotations

import polars as pl

from peerbench.brief.records import as_csv


def test_a_name_that_is_a_formula_stays_text() -> None:
    frame = pl.DataFrame(
        {"what": ["=1+1", "+A1", "@x", "-2", "P/E = 3", None], "value": [-1.0, 2.0, 3.0, 4.0, 5.0, None]}
    )
    lines = as_csv(frame).decode().splitlines()
    assert lines == ["what,value", "'=1+1,-1.0", "'+A1,2.0", "'@x,3.0", "'-2,4.0", "P/E = 3,5.0", ","]


def test_lists_are_joined_and_headed_by_a_mark_too() -> None:
    frame = pl.DataFrame({"inputs": [["=A", "b"], []]})
    assert as_csv(frame).decode().splitlines() == ["inputs", "'=A | b", '""']
