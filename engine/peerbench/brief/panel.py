"""The key-data panel: one large figure and the rows an audience lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.exhibits.prices import sparkline
from peerbench.core.document import Number, Panel, PanelRow, Spans, Text, When
from peerbench.core.evidence import Quantity

RowMaker = Callable[[Desk], PanelRow | None]


def _row(label: Spans | str, *value: object) -> PanelRow:
    spans = tuple(Text(part) if isinstance(part, str) else part for part in value)
    return PanelRow((Text(label),) if isinstance(label, str) else label, spans)  # type: ignore[arg-type]


def _metric(
    label: str, metric: str, format: str, *, native: bool = False, absolute: bool = False, needed: bool = False
) -> RowMaker:
    """A row of one metric. What a reader looks for on every page (needed) says NA; the rest gives way."""

    def make(desk: Desk) -> PanelRow | None:
        ev = desk.evidence
        if not ev.has(metric):
            return None
        quantity = ev.value(ev.subject, metric) if native else ev.money(ev.subject, metric)
        if quantity.status == "missing" and not needed:
            return None
        return _row(label, quantity.number(format, absolute=absolute))

    return make


def _range(desk: Desk) -> PanelRow | None:
    low, high = desk.evidence.book.get("working:low_52w"), desk.evidence.book.get("working:high_52w")
    if low is None or high is None:
        return None
    bare = Number(high.value, "n2", high.currency, high.ref)
    return _row("52-week closes", low.number("price"), "–", bare)


def _ratio(desk: Desk) -> PanelRow | None:
    listed = desk.study.listings.get(desk.evidence.subject)
    if listed is None or listed.ordinary_per_unit == 1:
        return None
    ratio = f"{listed.ordinary_per_unit:g}"
    return _row("ADS ratio", Text(f"1 ADS = {ratio} shares", ((ratio, desk.ratio(desk.evidence.subject).ref),)))


def _shares(desk: Desk) -> PanelRow:
    shares = desk.evidence.operand(desk.evidence.subject, "shares[spot]")
    label: Spans = (Text("Shares, "), When(shares.end, "data")) if shares.end else (Text("Shares"),)
    return _row(label, shares.number("shares"))


def _market_value(desk: Desk) -> PanelRow:
    ev = desk.evidence
    both = [ev.money(ev.subject, "market_cap"), ev.value(ev.subject, "market_cap")]
    if both[0].currency == both[1].currency:
        return _row("Market value", both[0].number("money"))
    return _row("Market value", both[0].number("money"), " · ", both[1].number("money"))


def _net_cash(desk: Desk) -> PanelRow | None:
    ev = desk.evidence
    if not ev.has("net_cash"):
        return None
    quantity = ev.value(ev.subject, "net_cash")
    name = "Net debt" if (quantity.value or 0) < 0 else "Net cash"
    label: Spans = (Text(f"{name}, "), When(quantity.end, "data")) if quantity.end else (Text(name),)
    return _row(label, quantity.number("money", absolute=True))


def _debt(desk: Desk) -> PanelRow | None:
    ev = desk.evidence
    if not ev.has("total_debt"):
        return None
    quantity = ev.value(ev.subject, "total_debt")
    label: Spans = (Text("Gross debt, "), When(quantity.end, "data")) if quantity.end else (Text("Gross debt"),)
    return _row(label, quantity.number("money"))


def _reports(desk: Desk) -> PanelRow:
    company = desk.evidence.companies[desk.evidence.subject]
    standard = {"us-gaap": "US GAAP", "ifrs": "IFRS"}.get(company.accounting_standard, company.accounting_standard)
    currency = {"CNY": "RMB", "USD": "US$"}.get(company.reporting_currency, company.reporting_currency)
    return _row("Reports in", f"{currency}, {standard}; FY to {_last_day(company.fiscal_year_end_month)}")


def _last_day(month: int) -> str:
    day = date(2001, month, {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31))
    return f"{day.day} {day:%b}"


def _rate(desk: Desk) -> PanelRow | None:
    if not desk.study.rates:
        return None
    rate: Quantity = desk.study.rates[0]
    row = desk.book.row(rate.documents[0]) if rate.documents else None
    by = f"{row['source']} " if row and row["source"] == "ECB" else ""
    label: Spans = (Text(f"{rate.what}, {by}"), When(rate.end, "data")) if rate.end else (Text(rate.what),)
    return _row(label, Number(rate.value, "fx4", "", rate.ref))


def _lines(desk: Desk) -> PanelRow:
    lines = (line for line in desk.study.data.lines if line.company == desk.evidence.subject)
    mine = sorted(lines, key=lambda line: (not line.primary, line.line))  # in whatever order the data give them
    return _row("Lines", ", ".join(dict.fromkeys(f"{line.exchange} {line.line}" for line in mine)))


def _price(desk: Desk) -> PanelRow | None:
    listed = desk.study.listings.get(desk.evidence.subject)
    if listed is None:
        return None
    return _row((Text("Price, "), When(desk.priced_on.value, "data")), listed.price.number("price"))


ROWS: Final[Mapping[str, RowMaker]] = {
    "range": _range,
    "ads_ratio": _ratio,
    "shares": _shares,
    "market_value": _market_value,
    "enterprise_value": _metric("Enterprise value", "enterprise_value", "money", native=True, needed=True),
    "net_cash": _net_cash,
    "gross_debt": _debt,
    "reports": _reports,
    "next_results": lambda desk: _row("Next results", "not known here"),
    "rate": _rate,
    "lines": _lines,
    "price": _price,
    "to_high": _metric("Against 52-week high", "price_to_52w_high", "spct1", native=True),
    "to_mean": _metric("Against 200-day mean", "price_to_200d_mean", "spct0", native=True),
    "drawdown": _metric("Deepest fall, 3 years", "max_drawdown_3y", "pct0", native=True),
    "traded": _metric("Traded a day, 60 days", "traded_value_60d", "money"),
    "volatility_20d": _metric("Volatility, 20 days", "volatility_20d", "pct0", native=True),
    "revenue": _metric("Revenue", "revenue_fy", "money"),
    "profit": _metric("Profit to ordinary shareholders", "net_income_common_fy", "money"),
    "capex_before": _metric("Year before", "capex_fy_1", "money"),
    "capex_share": _metric("Share of revenue", "capex_to_sales_fy", "pct1"),
    "seat": lambda desk: _row("Seat", _country(desk)),
}


def _country(desk: Desk) -> str:
    company = desk.evidence.companies[desk.evidence.subject]
    return {"CN": "China", "US": "United States"}.get(company.country, company.country)


def panel(desk: Desk) -> Panel:
    ev = desk.evidence
    company = ev.companies[ev.subject]
    settings = desk.audience.settings.get("panel") or {}
    rows = tuple(row for name in settings.get("rows", ()) if (row := ROWS[name](desk)) is not None)
    large, caption = _large(desk, settings.get("large", "price"), settings.get("caption", ""))
    return Panel(company.name, company.native_name, large, caption, sparkline(desk), rows)


def _large(desk: Desk, name: str, caption: str) -> tuple[Number, Spans]:
    ev = desk.evidence
    listed = desk.study.listings.get(ev.subject)
    if name == "price" and listed is not None:
        kind = "ADS" if listed.ordinary_per_unit != 1 else "share"
        spans: Spans = (
            Text(f"{listed.line}, {listed.exchange} {kind} · close of "),
            When(desk.priced_on.value, "data"),
        )
        return listed.price.number("price"), spans
    known = [m for m in (name, "market_cap", "revenue_ltm") if ev.has(m) and ev.money(ev.subject, m).ok]
    if name != "price" and name not in known and listed is not None:
        return _large(desk, "price", "")
    metric = (known or ["market_cap"])[0]
    caption = caption if metric == name else ""
    quantity = ev.money(ev.subject, metric)
    format = {"money": "money", "fraction": "pct0", "times": "x1"}.get(quantity.unit, "n1")
    until: Spans = (Text(", year to "), When(quantity.end, "data")) if quantity.end and quantity.unit == "money" else ()
    return quantity.number(format), (Text(caption or ev.label(metric)), *until)
