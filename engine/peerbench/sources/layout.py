"""The public file contract: the files of a dataset folder, their columns, and the rules of their rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from peerbench.core.findings import did_you_mean
from peerbench.core.items import FLOWS, ITEMS, STOCKS
from peerbench.core.periods import months_of
from peerbench.sources.columns import Column
from peerbench.sources.contract import Rule

REQUIRED: Final = ("companies", "facts", "prices", "fx")
OPTIONAL: Final = ("lines", "estimates", "dividends", "claims", "disagreements")

UNITS: Final = ("money", "money_per_share", "shares", "count", "pure")
MONEY: Final = ("money", "money_per_share", "money_per_ads")
ACCOUNTING: Final = ("us-gaap", "ifrs", "issuer-non-gaap")
BASES: Final = ("actual", "estimate", "guidance")
ORIGINS: Final = ("reported", "converted", "adjusted", "calendarised", "derived")
MONTHS: Final = (0, 3, 6, 9, 12)
# Costs may turn negative on a reversal; these cannot.
NEVER_NEGATIVE: Final = (
    "capex", "dividends_paid", "share_repurchases", "shares_outstanding", "shares_diluted", "employees",
    "cash", "total_assets", "debt_short", "debt_long",
)  # fmt: skip


def _column(name: str, kind: str = "key", *, optional: bool = False, default: str | bool | None = None) -> Column:
    needed = not optional and default is None
    return Column(name, kind, header=needed, filled=needed, default=default)  # type: ignore[arg-type]


def _may(name: str, kind: str = "text") -> Column:
    """A column that may be absent, and empty."""
    return _column(name, kind, optional=True)


def _blank(name: str, kind: str = "key") -> Column:
    """A column that must be there and may hold empty cells."""
    return Column(name, kind, header=True)  # type: ignore[arg-type]


COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "companies": (
        _column("company"),
        _may("name"),
        _may("legal_name"),
        _may("native_name"),
        _may("country", "key"),
        _may("sector"),
        _column("reporting_currency"),
        _column("fiscal_year_end_month", "integer"),
        _column("accounting_standard"),
        _may("cik", "key"),
        _column("eps_basis", default="ordinary"),
    ),
    "lines": (
        _column("company"),
        _column("line"),
        _may("exchange"),
        _column("currency"),
        _column("ordinary_per_unit", "number"),
        _may("effective_from", "date"),
        _column("primary", "boolean", default=False),
        _may("subdivision", "number"),
    ),
    "facts": (
        _column("company"),
        _column("item"),
        _column("segment", default="total"),
        _may("line", "key"),
        _column("basis", default="actual"),
        _column("accounting"),
        _blank("period_start", "date"),
        _column("period_end", "date"),
        _column("months", "integer"),
        _column("value", "number"),
        _column("unit"),
        _blank("currency"),
        _column("known_on", "date"),
        _column("source_title", "text"),
        _may("source_url"),
        _may("locator"),
        _column("origin", default="reported"),
        _may("inputs"),
    ),
    "prices": (
        _column("company"),
        _column("line"),
        _column("date", "date"),
        _column("close", "number"),
        _may("volume", "number"),
        _column("currency"),
        _column("adjusted", "boolean"),
        _may("source"),
    ),
    "fx": (
        _column("date", "date"),
        _column("base"),
        _column("quote"),
        _column("rate", "number"),
        _may("source"),
    ),
    "estimates": (
        _column("company"),
        _may("line", "key"),
        _column("metric"),
        _column("fiscal_period", "text"),
        _blank("period_end", "date"),
        _column("value", "number"),
        _column("unit"),
        _blank("currency"),
        _column("snapshot_date", "date"),
        _column("source", "text"),
        _may("source_url"),
        _may("contributors", "integer"),
    ),
    "dividends": (
        _column("company"),
        _column("line"),
        _column("ex_date", "date"),
        _column("amount", "number"),
        _column("currency"),
        _may("source"),
    ),
    "claims": (
        _column("claim_id"),
        _column("company"),
        _column("kind"),
        _may("speaker"),
        _column("text", "text"),
        _may("value", "number"),
        _may("unit", "key"),
        _may("currency", "key"),
        _may("years", "number"),
        _column("known_on", "date"),
        _column("source_title", "text"),
        _may("source_url"),
    ),
    "disagreements": (
        _column("company"),
        _column("item"),
        _column("period_end", "date"),
        _column("months", "integer"),
        _blank("known_on", "date"),
        _column("kept_value", "number"),
        _column("other_source", "text"),
        _column("other_value", "number"),
        _may("difference", "number"),
    ),
}
# One row per key; a second one with another value is a conflict.
KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "companies": (("company",), ("reporting_currency", "fiscal_year_end_month", "accounting_standard", "eps_basis")),
    "lines": (("company", "line", "effective_from"), ("ordinary_per_unit", "currency")),
    "facts": (
        (
            "company", "item", "segment", "line", "basis", "accounting",
            "period_start", "period_end", "months", "known_on",
        ),
        ("value", "currency"),
    ),
    "prices": (("company", "line", "date", "adjusted"), ("close", "currency")),
    "fx": (("date", "base", "quote"), ("rate",)),
    "estimates": (
        ("company", "line", "metric", "fiscal_period", "unit", "snapshot_date", "source"),
        ("value", "currency"),
    ),
    "dividends": (("company", "line", "ex_date"), ("amount", "currency")),
    "claims": (("claim_id",), ("text",)),
    "disagreements": (
        ("company", "item", "period_end", "months", "known_on", "other_source"),
        ("other_value",),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules of the other files look up: the companies, and each line's currency under (company, line)."""

    companies: Collection[str]
    lines: Mapping[tuple[str, str], str] | None = None  # None: the set has no lines file


def rules(name: str, known: Known) -> tuple[Rule, ...]:
    """The rules of one file's rows."""
    match name:
        case "companies":
            return _COMPANY_RULES
        case "lines":
            return (_company(known), _currency("currency"), _positive("ordinary_per_unit"))
        case "facts":
            return (_company(known), *_FACT_RULES)
        case "prices":
            return (_company(known), _currency("currency"), _positive("close"), *_traded(known))
        case "fx":
            return _FX_RULES
        case "estimates":
            return (_company(known), *_ESTIMATE_RULES, *_listed(known))
        case "dividends":
            return (_company(known), _currency("currency"), _not_negative("amount"), *_listed(known))
        case "claims":
            return (_company(known), _one_of("kind", ("company", "circulating")))
        case _:
            return (_company(known),)


# ---- rules ----------------------------------------------------------------------------------------------------------


def _one_of(column: str, allowed: Sequence[str]) -> Rule:
    return Rule(
        column,
        pl.col(column).is_in(allowed),
        column,
        lambda cells: f"unknown {column} '{cells[column]}'",
        lambda cells: did_you_mean(str(cells[column]), allowed),
    )


def _company(known: Known) -> Rule:
    return Rule(
        "company",
        pl.col("company").is_in(list(known.companies)),
        "company",
        lambda cells: f"'{cells['company']}' does not stand in the companies file",
        lambda cells: did_you_mean(cells["company"], known.companies),
    )


def _currency(column: str) -> Rule:
    return Rule(
        "currency",
        pl.col(column).str.contains(r"^[A-Z]{3}$"),
        column,
        lambda cells: f"{column} '{cells[column]}' is not three capital letters",
        "Write the ISO 4217 code, e.g. CNY.",
    )


def _positive(column: str) -> Rule:
    return Rule(column, pl.col(column) > 0, column, lambda cells: f"{column} {cells[column]:g} is not above zero")


def _not_negative(column: str) -> Rule:
    return Rule(column, pl.col(column) >= 0, column, lambda cells: f"{column} {cells[column]:g} is negative")


def _listed(known: Known) -> tuple[Rule, ...]:
    """A named line is one of its company's lines, where the set has a lines file."""
    if known.lines is None:
        return ()
    names = [f"{company}\n{line}" for company, line in known.lines]
    own: dict[str, list[str]] = {}
    for company, line in known.lines:
        own.setdefault(company, []).append(line)
    return (
        Rule(
            "line",
            (pl.col("company") + pl.lit("\n") + pl.col("line")).is_in(names),
            "line",
            lambda cells: f"{cells['company']} has no line '{cells['line']}' in the lines file",
            lambda cells: did_you_mean(cells["line"], own.get(cells["company"], ())),
        ),
    )


def _traded(known: Known) -> tuple[Rule, ...]:
    """Prices stand in the currency of their line."""
    if known.lines is None:
        return (_not_negative("volume"),)
    currencies = {f"{company}\n{line}": currency for (company, line), currency in known.lines.items()}
    key = pl.col("company") + pl.lit("\n") + pl.col("line")
    expected = key.replace_strict(currencies, default=None, return_dtype=pl.String)
    trades_in = Rule(
        "line-currency",
        expected == pl.col("currency"),
        "currency",
        lambda cells: (
            f"{cells['line']} is priced in {cells['currency']}; the lines file says "
            f"{currencies[cells['company'] + chr(10) + cells['line']]}"
        ),
    )
    return (_not_negative("volume"), *_listed(known), trades_in)


def _months() -> pl.Expr:
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1
    table = {day: months_of(day) for day in range(60, 430)}
    return days.replace_strict(table, default=-1, return_dtype=pl.Int64)


_MONEY_HAS_CURRENCY: Final = Rule(
    "currency",
    ~pl.col("unit").is_in(MONEY) | pl.col("currency").str.contains(r"^[A-Z]{3}$").fill_null(False),
    "currency",
    lambda cells: f"{cells['unit']} needs a currency of three capital letters, not '{cells['currency'] or ''}'",
    "Write the ISO 4217 code, e.g. CNY.",
)
_START: Final = pl.col("period_start")
_FLOW: Final = pl.col("months") > 0
_UNIT_OF: Final = {name: item.unit for name, item in ITEMS.items() if name in FLOWS | STOCKS}

_FACT_RULES: Final = (
    _one_of("unit", UNITS),
    _one_of("basis", BASES),
    _one_of("accounting", ACCOUNTING),
    _one_of("origin", ORIGINS),
    _MONEY_HAS_CURRENCY,
    Rule(
        "months",
        pl.col("months").is_in(MONTHS),
        "months",
        lambda cells: f"months is {cells['months']}",
        "Write 0 for a point in time, or 3, 6, 9, 12.",
    ),
    Rule(
        "point-in-time",
        _FLOW | _START.is_null(),
        "period_start",
        lambda cells: "a point in time (months 0) has no period_start",
        "Leave period_start empty.",
    ),
    Rule(
        "period-start",
        ~_FLOW | _START.is_not_null(),
        "period_start",
        lambda cells: f"{cells['months']} months without a period_start",
    ),
    Rule(
        "period-order",
        pl.col("period_start") <= pl.col("period_end"),
        "period_end",
        lambda cells: f"the period ends on {cells['period_end']}, before it begins on {cells['period_start']}",
    ),
    Rule(
        "duration",
        ~_FLOW | (pl.col("period_end") < _START) | (_months() == pl.col("months")),
        "months",
        lambda cells: (
            f"{cells['period_start']} to {cells['period_end']} is "
            f"{(cells['period_end'] - cells['period_start']).days + 1} days, not {cells['months']} months"
        ),
        "period_end is the last day, inclusive.",
    ),
    Rule(
        "known-on",
        (pl.col("basis") != "actual") | (pl.col("known_on") >= pl.col("period_end")),
        "known_on",
        lambda cells: f"known on {cells['known_on']}, before the period ended on {cells['period_end']}",
    ),
    Rule(
        "flow-or-stock",
        ~pl.col("item").is_in(list(FLOWS)) & ~pl.col("item").is_in(list(STOCKS))
        | (pl.col("item").is_in(list(FLOWS)) == _FLOW),
        "months",
        lambda cells: (
            f"{cells['item']} is {'a flow over a period' if cells['item'] in FLOWS else 'a balance at a day'}, "
            f"months is {cells['months']}"
        ),
    ),
    Rule(
        "unit-of-item",
        ~pl.col("unit").is_in(UNITS)
        | (pl.col("item").replace_strict(_UNIT_OF, default=None, return_dtype=pl.String) == pl.col("unit")),
        "unit",
        lambda cells: f"{cells['item']} is {_UNIT_OF[cells['item']]}, not {cells['unit']}",
    ),
    Rule(
        "sign",
        ~pl.col("item").is_in(NEVER_NEGATIVE) | (pl.col("value") >= 0),
        "value",
        lambda cells: f"{cells['item']} is negative ({cells['value']:g})",
        "Costs, capital spending, dividends and buybacks are positive.",
    ),
)
_COMPANY_RULES: Final = (
    _currency("reporting_currency"),
    _one_of("accounting_standard", ("us-gaap", "ifrs")),
    _one_of("eps_basis", ("ordinary", "ads")),
    Rule(
        "fiscal-year-end",
        pl.col("fiscal_year_end_month").is_between(1, 12),
        "fiscal_year_end_month",
        lambda cells: f"fiscal_year_end_month is {cells['fiscal_year_end_month']}; 1 to 12 was expected",
    ),
)
_FX_RULES: Final = (
    _currency("base"),
    _currency("quote"),
    _positive("rate"),
    Rule("pair", pl.col("base") != pl.col("quote"), "quote", lambda cells: f"{cells['base']} against itself"),
)
_ESTIMATE_RULES: Final = (
    _one_of("unit", (*UNITS, "money_per_ads")),
    _MONEY_HAS_CURRENCY,
    _not_negative("contributors"),
)
