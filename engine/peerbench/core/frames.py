"""Frame contracts: the columns and types of every table that travels between rooms.

A column means one thing. Values are in ones of their unit; an absent number is an absent row.
"""

from __future__ import annotations

from typing import Final

import polars as pl

Schema = dict[str, type[pl.DataType] | pl.DataType]

FACTS: Final[Schema] = {
    "id": pl.String,  # readable key, unique: company.item.segment.months.period_end@known_on
    "company": pl.String,
    "item": pl.String,
    "segment": pl.String,  # "total" or a segment's name
    "line": pl.String,  # null, or the share line a price, EPS or count speaks of
    "basis": pl.String,  # actual | estimate | guidance
    "accounting": pl.String,  # us-gaap | ifrs | issuer-non-gaap
    "period_start": pl.Date,  # null at a point in time
    "period_end": pl.Date,  # inclusive
    "months": pl.Int64,  # 0 point in time, 3, 6, 9, 12
    "value": pl.Float64,
    "unit": pl.String,  # money | money_per_share | shares | count | pure
    "currency": pl.String,  # null where the unit is not money
    "known_on": pl.Date,
    "source_title": pl.String,
    "source_url": pl.String,
    "locator": pl.String,
    "origin": pl.String,  # reported | converted | adjusted | calendarised | derived
    "inputs": pl.List(pl.String),  # fact ids a derived row was made from
    "note": pl.String,
}
PRICES: Final[Schema] = {
    "id": pl.String,  # price.<line>.<date>[.adjusted]
    "company": pl.String,
    "line": pl.String,
    "date": pl.Date,
    "close": pl.Float64,
    "volume": pl.Float64,  # null where not given
    "currency": pl.String,
    "adjusted": pl.Boolean,  # dividends folded in
    "source": pl.String,
    "note": pl.String,
}
FX: Final[Schema] = {
    "id": pl.String,  # fx.<base><quote>.<date>
    "date": pl.Date,
    "base": pl.String,
    "quote": pl.String,
    "rate": pl.Float64,  # one base buys `rate` quote
    "source": pl.String,  # who published it: "ECB", or a name; null where the data do not say
}
ESTIMATES: Final[Schema] = {
    "id": pl.String,
    "company": pl.String,
    "line": pl.String,
    "metric": pl.String,
    "fiscal_period": pl.String,
    "period_end": pl.Date,
    "value": pl.Float64,
    "unit": pl.String,
    "currency": pl.String,
    "snapshot_date": pl.Date,
    "source": pl.String,
    "source_url": pl.String,
    "contributors": pl.Int64,
    "note": pl.String,
}
DIVIDENDS: Final[Schema] = {
    "id": pl.String,
    "company": pl.String,
    "line": pl.String,
    "ex_date": pl.Date,
    "amount": pl.Float64,
    "currency": pl.String,
    "source": pl.String,
}
CLAIMS: Final[Schema] = {
    "claim_id": pl.String,
    "company": pl.String,
    "kind": pl.String,  # company (the company says so) | circulating (said about it)
    "speaker": pl.String,
    "text": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "currency": pl.String,
    "years": pl.Float64,
    "known_on": pl.Date,
    "source_title": pl.String,
    "source_url": pl.String,
    "note": pl.String,
}
# Where another file says something else about a fact that was kept (rule 34).
DISAGREEMENTS: Final[Schema] = {
    "company": pl.String,
    "item": pl.String,
    "period_end": pl.Date,
    "months": pl.Int64,
    "known_on": pl.Date,
    "kept_value": pl.Float64,
    "other_source": pl.String,
    "other_value": pl.Float64,
    "difference": pl.Float64,  # other − kept
    "note": pl.String,
}
# One cell of the panel: an operand of a formula for one company as known on one day.
CELLS: Final[Schema] = {
    "company": pl.String,
    "as_of": pl.Date,
    "operand": pl.String,  # Operand.key, e.g. revenue[cloud, ltm, -1]
    "value": pl.Float64,  # null unless status is ok
    "unit": pl.String,
    "currency": pl.String,
    "status": pl.String,  # ok | missing | not_meaningful | stale | withheld
    "reason": pl.String,  # null when ok; a sentence a client can read otherwise
    "period_start": pl.Date,
    "period_end": pl.Date,
    "months": pl.Int64,
    "known_on": pl.Date,  # the latest known_on of the inputs
    "how": pl.String,  # e.g. "sum of four quarters", "fiscal year + stub − prior stub", "price ÷ 8 × 7.1118"
    "inputs": pl.List(pl.String),  # ids of facts, prices, rates, estimates
    "flags": pl.List(pl.String),  # comparability and quality marks, e.g. calendarised, parent_for_common
}
METRICS: Final[Schema] = {
    "company": pl.String,
    "as_of": pl.Date,
    "metric": pl.String,
    "segment": pl.String,
    "period": pl.String,  # ltm | fy | quarter | ntm | latest | spot | 1y …
    "period_start": pl.Date,
    "period_end": pl.Date,
    "months": pl.Int64,
    "value": pl.Float64,  # present exactly when status is ok
    "raw": pl.Float64,  # what was computed even where status is excluded; never enters a statistic
    "unit": pl.String,  # times | fraction | money | money_per_share | shares | count | pure | word
    "currency": pl.String,
    "status": pl.String,  # ok | missing | not_meaningful | excluded | stale
    "reason": pl.String,
    "basis": pl.String,
    "known_on": pl.Date,
    "inputs": pl.List(pl.String),  # operand keys and metric ids of its formula
    "flags": pl.List(pl.String),
}
COMPARISON: Final[Schema] = {
    "metric": pl.String,
    "period": pl.String,
    "company": pl.String,
    "value": pl.Float64,  # money in the brief's currency
    "raw": pl.Float64,
    "unit": pl.String,
    "currency": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "role": pl.String,  # subject | core | reference
    "n": pl.Int64,  # core peers with an ok value
    "n_peers": pl.Int64,  # core peers asked
    "n_not_meaningful": pl.Int64,
    "minimum": pl.Float64,
    "q1": pl.Float64,
    "median": pl.Float64,
    "q3": pl.Float64,
    "maximum": pl.Float64,
    "mean": pl.Float64,
    "harmonic": pl.Float64,
    "rank": pl.Float64,  # 1 = best by the metric's direction, subject and core peers together, ties averaged
    "of": pl.Int64,  # how many were ranked
    "percentile": pl.Float64,  # share of peers below, ties half; null below eight peers
    "premium": pl.Float64,  # value / median − 1 for multiples and money
    "gap": pl.Float64,  # value − median for fractions
    "flags": pl.List(pl.String),
}


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of no rows that keeps the contract."""
    return pl.DataFrame(schema=schema)
