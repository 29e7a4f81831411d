"""A table read from a file: what is refused whole, what is left out by row, and where the mistake stands."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbench.core.findings import Finding
from peerbench.sources.table import LISTED, ROW, Table, read


def table(tmp_path: Path, content: str | bytes, *, name: str = "x.csv") -> tuple[Table | None, tuple[Finding, ...]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, shown=f"set/{name}")


def test_cells_are_text_and_rows_know_their_line(tmp_path: Path) -> None:
    found, findings = table(tmp_path, "a,b\n01,\n\n,,\n x ,NA\n")
    assert found
    assert findings == ()
    assert found.frame.rows() == [("01", "", 2), (" x ", "NA", 5)]
    assert found.frame.columns == ["a", "b", ROW]


def test_the_receipt_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfa\r\n1\r\n"
    found, _ = table(tmp_path, content)
    assert found
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path, end: str, mark: str) -> None:
    found, findings = table(tmp_path, mark + end.join(("a,b", "1,2", '"3,\n4",5', "6,7")) + end)
    assert found
    assert findings == ()
    assert [row[-1] for row in found.frame.rows()] == [2, 3, 5]
    assert found.columns == ("a", "b")


@pytest.mark.parametrize(
    ("content", "check", "line", "column", "words"),
    [
        (b"", "empty-file", None, None, "is empty"),
        (b"\n \n", "empty-file", None, None, "is empty"),
        (b",,\n,,\n", "empty-file", None, None, "is empty"),
        (b"a,b\n1,\xe9\n", "not-utf-8", 2, 3, "byte 0xe9"),
        (b"\xff\xfea\x00", "not-csv", None, None, "UTF-16"),
        (b"PK\x03\x04zip", "not-csv", None, None, "Excel or zip"),
        (b"PAR1....", "not-csv", None, None, "Parquet"),
        (b"a;b\n1;2\n", "separator", 1, 1, "semicolons"),
        (b"a\tb\n1\t2\n", "separator", 1, 1, "tabs"),
        (b"a,b,a\n1,2,3\n", "duplicate-column", 1, 5, "'a' twice: cells 1 and 3"),
        (b"a,,b\n1,2,3\n", "unnamed-column", 1, 3, "no name for column 2"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "broken-csv", 3, 1, "cannot be split"),
        (b'a,b\n"1"2,3\n', "broken-csv", 2, 1, "cannot be split"),
    ],
)
def test_a_file_unusable_as_a_whole_is_refused_with_its_place(
    tmp_path: Path, content: bytes, check: str, line: int | None, column: int | None, words: str
) -> None:
    found, findings = table(tmp_path, content)
    assert found is None
    (finding,) = findings
    assert (finding.check, finding.severity) == (check, "error")
    assert (finding.origin.file, finding.origin.line, finding.origin.column) == ("set/x.csv", line, column)
    assert words in finding.message


def test_every_merge_conflict_marker_is_named(tmp_path: Path) -> None:
    found, findings = table(tmp_path, "a,b\n<<<<<<< ours\n1,2\n=======\n1,3\n>>>>>>> theirs\n")
    assert found is None
    assert [(finding.check, finding.origin.line) for finding in findings] == [("merge-conflict", n) for n in (2, 4, 6)]


def test_a_directory_or_an_absent_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    for name in ("d.csv", "none.csv"):
        found, (finding,) = read(tmp_path / name, shown=name)
        assert found is None
        assert finding.check == "unreadable-file"


def test_rows_of_another_width_are_left_out_and_named(tmp_path: Path) -> None:
    found, findings = table(tmp_path, 'a,b\n1,2\n3\n4,5,6\n7,8,\n"x\ny",9,9\n10,11\n')
    assert found
    assert found.frame["a"].to_list() == ["1", "7", "10"]
    assert [(finding.check, finding.origin.line, finding.excerpt) for finding in findings] == [
        ("quarantine", 3, "3"),
        ("quarantine", 4, "4,5,6"),
        ("quarantine", 6, '"x'),
    ]
    assert "short-row" in findings[0].message
    assert "1 cells, 1 fewer than the header's 2" in findings[0].message
    assert "long-row" in findings[1].message


@pytest.mark.parametrize("word", ["Total", "TOTAL:", " subtotal ", "Grand total", "Average"])
def test_a_sum_under_the_data_is_left_out(tmp_path: Path, word: str) -> None:
    found, (finding,) = table(tmp_path, f"a,b\n1,2\n{word},2\n")
    assert found
    assert found.frame.height == 1
    assert "total-row" in finding.message
    assert finding.origin.line == 3


def test_a_long_list_of_one_mistake_is_counted(tmp_path: Path) -> None:
    _, findings = table(tmp_path, "a,b\n1,2\n" + "x\n" * (LISTED + 7))
    assert len(findings) == LISTED + 1
    assert findings[-1].message.startswith("7 more rows")


def test_empty_columns_at_the_right_are_nothing(tmp_path: Path) -> None:
    found, findings = table(tmp_path, "a,b,,\n1,2,,\n3,4\n")
    assert found
    assert findings == ()
    assert found.frame["b"].to_list() == ["2", "4"]


def test_a_cell_has_its_line_and_column_even_after_a_quoted_line_break(tmp_path: Path) -> None:
    found, _ = table(tmp_path, 'a,b,c\n"one, ""two""\nthree",x,y\n')
    assert found
    places = [(found.origin(2, name).line, found.origin(2, name).column) for name in ("a", "b", "c")]
    assert places == [(2, 1), (3, 8), (3, 10)]


def test_an_excerpt_shows_what_cannot_be_seen(tmp_path: Path) -> None:
    found, _ = table(tmp_path, "a\nx\u202ey" + "z" * 300 + "\n")
    assert found
    assert found.excerpt(2).startswith("x\\u202eyz")
    assert len(found.excerpt(2)) == 160


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path) -> None:
    found, (finding,) = table(tmp_path, b"nonsense", name="x.parquet")
    assert found is None
    assert finding.check == "not-parquet"


cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=6))
def test_what_the_csv_module_writes_comes_back_verbatim(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "b", "c"], *rows])
    found, findings = _from_text(out.getvalue())
    kept = [row for row in rows if any(row) and not findings]
    assert found is None or findings or found.frame.drop(ROW).rows() == [tuple(row) for row in kept]
    assert all(finding.check in ("quarantine", "merge-conflict") for finding in findings)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    found, findings = _from_bytes(content)
    assert (found is None) == any(finding.severity == "error" for finding in findings)


def _from_text(text: str) -> tuple[Table | None, tuple[Finding, ...]]:
    return _from_bytes(text.encode())


def _from_bytes(content: bytes) -> tuple[Table | None, tuple[Finding, ...]]:
    class Stored(type(Path())):  # type: ignore[misc]  # a path whose bytes are given
        def read_bytes(self) -> bytes:
            return content

    return read(Stored("x.csv"), shown="x.csv")
