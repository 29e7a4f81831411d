"""Assembly: a dataset and a peer set become a Study, stage by stage; every audience's figures are computed once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from peerbench.brief.audience import Audience
from peerbench.brief.study import Furniture, ImpliedValue, Listing, PeerNote, Premiums, QuarterSeries, Study
from peerbench.compare import history, implied, robustness
from peerbench.compare.statistics import compare
from peerbench.core.currencies import sign
from peerbench.core.dataset import Dataset
from peerbench.core.evidence import Evidence, Quantity, Tested, Variant, rows_by
from peerbench.core.figures import SeriesPoint
from peerbench.core.findings import Finding
from peerbench.core.metric import MetricDefinition, Operand
from peerbench.core.periods import add_months, month_ends
from peerbench.metrics import catalogue, evaluate
from peerbench.metrics import plan as planning
from peerbench.normalise import checks, currency, index, panel, quarters, returns, securities
from peerbench.normalise.view import View

HISTORY_MONTHS: Final = 36
THRESHOLD: Final = 0.05
ALWAYS: Final = (
    *("market_cap", "enterprise_value", "revenue_ltm", "operating_income_ltm", "net_income_common_ltm"),
    *("revenue_growth_ltm", "net_cash", "total_debt", "price_per_share"),
)
BALANCES: Final = (
    *("debt_short", "debt_long", "cash", "short_term_investments", "minority_interest", "mezzanine_equity"),
    *("finance_leases", "preferred_equity", "equity_parent"),
)
ALWAYS_OPERANDS: Final = (
    *(Operand(item, "latest") for item in BALANCES),
    *(Operand(item, "spot") for item in ("shares", "price", "converted_debt")),
    Operand("eps_estimate", "fy1"),
)
# The football field: which multiple, which claimants, which figure under it (METHOD 28).
FIELD: Final = (
    ("pe_ltm", "equity", "net_income_common_ltm"),
    ("ev_to_ebit_ltm", "enterprise", "operating_income_ltm"),
    ("ps_ltm", "equity", "revenue_ltm"),
    ("pb", "equity", "equity_parent[latest]"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: the peer set, the metrics, the day, the currency, and the readers."""

    subject: str
    peers: tuple[PeerNote, ...]
    excluded: tuple[tuple[str, str], ...]
    groups: Mapping[str, tuple[str, ...]]
    custom: tuple[MetricDefinition, ...]
    audiences: tuple[Audience, ...]
    as_of: date
    currency: str
    furniture: Furniture

    @property
    def roles(self) -> dict[str, str]:
        return {self.subject: "subject", **{peer.company: peer.role for peer in self.peers}}

    @property
    def core(self) -> tuple[str, ...]:
        return tuple(peer.company for peer in self.peers if peer.role == "core")

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(peer.company for peer in self.peers if peer.role != "core")

    @property
    def metrics(self) -> tuple[str, ...]:
        own = [metric for group in self.groups.values() for metric in group]
        theirs = [metric for audience in self.audiences for metric in audience.metrics]
        return tuple(dict.fromkeys((*own, *theirs, *ALWAYS)))

    @property
    def definitions(self) -> tuple[MetricDefinition, ...]:
        """The config's own metrics, then the audiences' helpers, each id once."""
        found = {d.id: d for audience in self.audiences for d in audience.custom}
        return tuple((found | {d.id: d for d in self.custom}).values())


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of a study, as they are written beside the brief."""

    cells: pl.DataFrame
    metrics: pl.DataFrame
    converted: pl.DataFrame
    comparison: pl.DataFrame


def plan(request: Request) -> tuple[planning.Plan, tuple[Finding, ...]]:
    """The order of work; its findings are the request's mistakes in formulas and ids."""
    return planning.plan(request.metrics, catalogue.load(), request.definitions)


def compute(
    data: Dataset, request: Request, work: planning.Plan, *, rows: index.Index | None = None
) -> tuple[Frames, tuple[Finding, ...]]:
    """Panel → metrics → one currency → comparison. rows: the dataset's index, where it stands already."""
    companies = tuple(request.roles)
    rows = rows or index.index(data, companies)
    operands = {*work.operands, *ALWAYS_OPERANDS}
    cells, noticed = panel.build_panel(data, companies=companies, operands=operands, as_of=request.as_of, index=rows)
    metrics = evaluate.evaluate(cells, work)
    converted, unconverted = currency.convert_metrics(metrics, rows.rates, request.currency)
    comparison = compare(converted, subject=request.subject, roles=request.roles, definitions=work.definitions)
    return Frames(cells, metrics, converted, comparison), (*noticed, *unconverted)


def study(data: Dataset, request: Request) -> tuple[Study, Frames]:
    """Everything that briefs of this peer set may print."""
    work, formula_findings = plan(request)
    rows = index.index(data, tuple(request.roles))
    frames, noticed = compute(data, request, work, rows=rows)
    evidence = _evidence(data, request, work, frames)
    made = _Maker(data, request, work, frames, evidence, rows)
    found = checks.check(data, companies=tuple(request.roles), as_of=request.as_of)
    strangers = data.companies.keys() - request.roles.keys()  # a register speaks of the brief's own figures
    own = (finding for finding in data.findings if finding.subject not in strangers)
    findings = tuple(dict.fromkeys((*own, *formula_findings, *noticed, *found)))
    return made.study(findings), frames


def _evidence(data: Dataset, request: Request, work: planning.Plan, frames: Frames) -> Evidence:
    return Evidence(
        request.subject,
        request.core,
        request.references,
        data.companies,
        work.definitions,
        request.as_of,
        request.currency,
        rows_by(frames.cells, "company", "operand"),  # type: ignore[arg-type]
        rows_by(frames.metrics, "company", "metric"),  # type: ignore[arg-type]
        rows_by(frames.converted, "company", "metric"),  # type: ignore[arg-type]
        rows_by(frames.comparison, "company", "metric"),  # type: ignore[arg-type]
        held=robustness.held(
            frames.converted, subject=request.subject, roles=request.roles, definitions=work.definitions
        ),
    )


def round_trips(study: Study) -> Iterable[Finding]:
    """The subject's own multiple must lead back to its own price (METHOD 28 and 35); else nothing may be printed."""
    ev = study.evidence
    listed = study.listings.get(ev.subject)
    for row in study.implied:
        price, back = listed.price.value if listed else None, row.own.value
        if price and back is not None and not math.isclose(back, price, rel_tol=implied.ROUND_TRIP):
            said = f"its own {ev.label(row.metric)} leads to a price of {back:,.2f}, not to its close of {price:,.2f}"
            yield Finding("identity_round_trip", "error", f"{ev.name(ev.subject)}: {said}.", subject=ev.subject)


@dataclass(frozen=True)
class _Maker:
    """Makes the parts of one study that are not rows of a frame."""

    data: Dataset
    request: Request
    work: planning.Plan
    frames: Frames
    evidence: Evidence
    rows: index.Index

    def study(self, findings: tuple[Finding, ...]) -> Study:
        request = self.request
        view = View(self.rows, request.as_of)
        listings = self._listings(view)
        own = listings.get(request.subject)
        prices = {company: self._closes(company, listed) for company, listed in listings.items()}
        self._year_range(own)
        self._pledges()
        growth = self._growth(view)
        self._next_quarter(view)
        made = Study(
            self.evidence,
            self.data,
            request.furniture,
            request.peers,
            request.excluded,
            request.groups,
            findings,
            self.work,
            tested=dict(self._tested()),
            premiums=self._premiums(),
            implied=self._implied(own),
            correlations=self._correlations(listings),
            growth=growth,
            segments=self._segments(view),
            prices=prices,
            listings=listings,
            claims={ref: q for ref, q in self.evidence.book.items() if ref.startswith("working:claim:")},
            rates=self._rates(view, own),
            priced_on=own.price.end if own else None,
        )
        return replace(made, findings=(*findings, *round_trips(made)))

    # ---- prices -----------------------------------------------------------------------------------------------------

    def _listings(self, view: View) -> dict[str, Listing]:
        """The primary line of each company at its last close."""
        found = {}
        for company in self.request.roles:
            lines = view.lines(company, self.request.as_of)
            quote = securities.quote(view, lines[0], self.request.as_of) if lines else None
            if quote is None:
                continue
            line, close = quote.line, quote.close
            price = self._quote(company, line.line, close.value, close.currency, close.date, close.id)
            found[company] = Listing(line.line, line.exchange, close.currency, line.ordinary_per_unit, price)
        return found

    def _quote(self, company: str, line: str, value: float, code: str, day: date, id: str) -> Quantity:
        what = f"{self.evidence.name(company)}, close of {line}"
        made = self.evidence.work(
            f"close:{line}", what, value, "money_per_share", "as quoted", (), currency=code, documents=(id,)
        )
        return self._dated(made, day)

    def _dated(self, quantity: Quantity, day: date, *, known_on: date | None = None) -> Quantity:
        """A quantity of a day, known on that day unless its documents came later."""
        dated = replace(quantity, end=day, known_on=known_on or day)
        self.evidence.book[dated.ref] = dated
        return dated

    def _closes(self, company: str, listed: Listing) -> tuple[SeriesPoint, ...]:
        """Dividend-adjusted closes of the last twelve months, for sparklines and returns."""
        since = self.request.as_of - timedelta(days=365)
        closes = returns.closes(self.data.prices, company=company, line=listed.line, as_of=self.request.as_of)
        return tuple(SeriesPoint(close.day, close.price) for close in closes if close.day >= since)

    def _year_range(self, listed: Listing | None) -> None:
        """Lowest and highest close of 52 weeks, from closes that are not dividend-adjusted where they are daily."""
        if listed is None:
            return
        since = self.request.as_of - timedelta(days=364)
        for adjusted in (False, True):
            series = returns.closes(
                self.data.prices,
                company=self.request.subject,
                line=listed.line,
                as_of=self.request.as_of,
                adjusted=adjusted,
            )
            year = [close for close in series if close.day >= since]
            if len(year) >= 200:
                note = ", dividend-adjusted" if adjusted else ""
                self._extreme("low_52w", f"Lowest close of 52 weeks{note}", min(year, key=lambda c: c.price), len(year))
                self._extreme(
                    "high_52w", f"Highest close of 52 weeks{note}", max(year, key=lambda c: c.price), len(year)
                )
                return

    def _extreme(self, name: str, what: str, close: returns.Close, of: int) -> None:
        quantity = self.evidence.work(
            name,
            what,
            close.price,
            "money_per_share",
            f"of {of} closes",
            (),
            currency=close.currency,
            documents=(close.id,),
        )
        self._dated(quantity, close.day)

    def _rates(self, view: View, own: Listing | None) -> tuple[Quantity, ...]:
        """Spot rates behind the prices, printed beside what they produced (METHOD 7)."""
        wanted = []
        for company in self.request.roles:
            reporting = self.data.companies[company].reporting_currency
            wanted += [(self.request.currency, reporting)]
        for listing in self._listings(view).values():
            wanted.append((listing.currency, self.request.currency))
        found = []
        for base, quote in dict.fromkeys(pair for pair in wanted if pair[0] != pair[1]):
            try:
                rate = view.index.rates.spot(base, quote, self.request.as_of)
            except currency.RateNotFound:
                continue
            what = f"{sign(base)}1 in {sign(quote)}"
            made = self.evidence.work(f"rate:{base}{quote}", what, rate.value, "pure", rate.how, (), documents=rate.ids)
            found.append(self._dated(made, rate.day))
        return tuple(found)

    def _correlations(self, listings: Mapping[str, Listing]) -> dict[str, Quantity]:
        subject = self.request.subject
        if subject not in listings:
            return {}
        lines = {company: listed.line for company, listed in listings.items()}
        statistics = returns.correlations(self.data.prices, subject=subject, lines=lines, as_of=self.request.as_of)
        found = {}
        for company, statistic in statistics.items():
            if statistic.value is None:
                continue
            pair = f"{self.evidence.name(subject)} and {self.evidence.name(company)}"
            what = f"Correlation of daily returns, {pair}, one year"
            ends = (statistic.inputs[0], statistic.inputs[-1]) if statistic.inputs else ()
            made = self.evidence.work(
                f"correlation:{company}", what, statistic.value, "pure", statistic.how, (), documents=ends
            )
            found[company] = self._dated(made, statistic.end or self.request.as_of)
        return found

    # ---- comparisons ------------------------------------------------------------------------------------------------

    def _tested(self) -> Iterable[tuple[str, Tested]]:
        """The headline multiple of each audience under every variant (METHOD 31)."""
        wanted = dict.fromkeys(m for audience in self.request.audiences for m in audience.names("headline_metrics"))
        for metric in (m for m in wanted if m in self.work.definitions and self.work.definitions[m].unit == "times"):
            others = [m for m in ("ev_to_ebit_ltm", "ps_ltm", "pb") if m != metric and m in self.work.definitions]
            found = robustness.robustness(
                self.frames.converted,
                headline=metric,
                subject=self.request.subject,
                roles=self.request.roles,
                definitions=self.work.definitions,
                numerator="enterprise_value" if metric.startswith("ev_") else "market_cap",
                siblings=[m for m in ("pe_fy",) if metric == "pe_ltm" and m in self.work.definitions],
                others=others,
                others_without_pivotal=others[:1],
                names={c: self.evidence.name(c) for c in self.request.roles},
                threshold=THRESHOLD,
            )
            if found.variants:
                yield metric, self._variants(metric, found)

    def _variants(self, metric: str, found: robustness.Robustness) -> Tested:
        variants = []
        for place, variant in enumerate(found.variants):
            parts = [self.evidence.money(c, variant.metric) for c in (self.request.subject, *variant.peers)]
            how = f"value ÷ {variant.statistic} of {len(variant.peers)} peers − 1"
            premium = self.evidence.work(
                f"variant:{metric}:{place}", variant.name, variant.premium, "fraction", how, parts
            )
            variants.append(Variant(variant.name, premium, variant.holds, variant.metric, variant.without))
        used = [variant.premium for variant in variants]
        self.evidence.work(
            f"robust:{metric}",
            "Variants in which the gap holds",
            float(found.k),
            "count",
            f"of {found.m}, inside ±{found.threshold:.0%} fails",
            used,
        )
        self.evidence.work(f"robust_of:{metric}", "Variants tried", float(found.m), "count", "count", used)
        self.evidence.work(
            "threshold", "Gap inside which a test fails", found.threshold, "fraction", "set by the house", ()
        )
        return Tested(metric, found.threshold, tuple(variants), found.pivotal or "")

    def _premiums(self) -> dict[str, Premiums]:
        """The subject's premium at month ends, from what was known at each (METHOD 27)."""
        wanted = dict.fromkeys(m for a in self.request.audiences if (m := a.words("history")) in self.work.definitions)
        return {metric: self._premium_history(metric) for metric in wanted}

    def _premium_history(self, metric: str) -> Premiums:
        work, _ = planning.plan([metric], catalogue.load(), self.request.definitions)
        days = (*month_ends(self.request.as_of, HISTORY_MONTHS + 4), self.request.as_of)
        companies = (self.request.subject, *self.request.core)
        cells = pl.concat(
            panel.build_panel(self.data, companies=companies, operands=work.operands, as_of=day, index=self.rows)[0]
            for day in dict.fromkeys(days)
        )
        found = history.premium_history(
            evaluate.evaluate(cells, work), metric=metric, subject=self.request.subject, roles=self.request.roles,
            as_of=self.request.as_of,
        )  # fmt: skip
        points = tuple(SeriesPoint(point.as_of, point.premium) for point in found.points)
        if found.mean is None or found.now is None:
            return Premiums(metric, points, found.n, HISTORY_MONTHS, reason=found.reason or "")
        months = tuple(self._month(metric, point, cells) for point in points)
        what = f"Mean gap over {found.n} month-ends"
        mean = self.evidence.work(f"history:{metric}", what, found.mean, "fraction", "mean", months)
        now = self.evidence.premium(metric)
        return Premiums(metric, points, found.n, HISTORY_MONTHS, mean, now, found.sd, months=months)

    def _month(self, metric: str, point: SeriesPoint, cells: pl.DataFrame) -> Quantity:
        """The gap of one month end, resting on what was known then."""
        known = cells.filter(pl.col("as_of") == point.when)["inputs"].explode().drop_nulls().unique(maintain_order=True)
        made = self.evidence.work(
            f"history:{metric}:{point.when}",
            f"{self.evidence.label(metric)}: gap to the peer median on {point.when:%-d %B %Y}",
            point.value,
            "fraction",
            "value ÷ peer median − 1, as known on the day",
            (),
            documents=tuple(known),
        )
        return self._dated(made, point.when)

    def _implied(self, listed: Listing | None) -> tuple[ImpliedValue, ...]:
        """The football field, per unit of the subject's primary line in its currency."""
        if listed is None:
            return ()
        rows = [self._implied_row(listed, *entry) for entry in FIELD if entry[0] in self.work.definitions]
        return tuple(row for row in rows if row is not None)

    def _implied_row(self, listed: Listing, metric: str, kind: Any, under: str) -> ImpliedValue | None:
        ev, subject = self.evidence, self.request.subject
        denominator = ev.operand(subject, under) if "[" in under else ev.value(subject, under)
        shares, per_share = ev.operand(subject, "shares[spot]"), ev.operand(subject, "price[spot]")
        peers = tuple((c, q.value) for c in self.request.core if (q := ev.money(c, metric)).value is not None)
        if denominator.value is None or shares.value is None or per_share.value is None or not listed.price.value:
            return None
        rate = per_share.value * listed.ordinary_per_unit / listed.price.value  # the very rate behind price[spot]
        inputs = implied.ImpliedInputs(
            metric,
            kind,
            denominator.value,
            ev.value(subject, metric).value,
            peers,
            self._bridge(),
            implied.Unit(shares.value, listed.ordinary_per_unit, rate, listed.currency),
        )
        found = implied.implied(inputs)
        if found.low is None:
            return None
        parts = [denominator, shares, *(ev.money(c, metric) for c, _ in peers)]
        multiples = dict(zip(("low", "median", "high"), found.multiples, strict=True)) | {"own": inputs.own}
        hows = {name: _bridged(inputs, multiple) for name, multiple in multiples.items() if multiple is not None}
        return ImpliedValue(
            metric,
            *(
                self._implied_value(metric, name, getattr(found, name), listed, parts, hows.get(name, ""))
                for name in ("low", "median", "high", "own")
            ),
        )

    def _implied_value(
        self, metric: str, name: str, value: float | None, listed: Listing, parts: Sequence[Quantity], how: str
    ) -> Quantity:
        what = (
            f"Value of one {listed.line} at the {name} {self.work.definitions[metric].short} of the peers"
            if name != "own"
            else f"Value of one {listed.line} at its own {self.work.definitions[metric].short}"
        )
        return self.evidence.work(
            f"implied:{metric}:{name}", what, value, "money_per_share", how, parts, currency=listed.currency
        )

    def _bridge(self) -> implied.Bridge:
        def known(*items: str) -> float:
            quantities = (self.evidence.operand(self.request.subject, f"{item}[latest]") for item in items)
            return sum(q.value or 0.0 for q in quantities)

        converted = self.evidence.operand(self.request.subject, "converted_debt[spot]")
        return implied.Bridge(
            debt=known("debt_short", "debt_long", "finance_leases") - (converted.value or 0.0),
            preferred=known("preferred_equity"),
            minority=known("minority_interest"),
            mezzanine=known("mezzanine_equity"),
            cash=known("cash"),
            investments=known("short_term_investments"),
        )

    # ---- operations -------------------------------------------------------------------------------------------------

    def _growth(self, view: View) -> dict[str, QuarterSeries]:
        return {
            company: found
            for company in (self.request.subject, *self.request.core)
            if (found := self._series(view, company, "revenue", "total", self.evidence.name(company))).points
        }

    def _series(self, view: View, company: str, item: str, segment: str, label: str) -> QuarterSeries:
        points = []
        for growth in quarters.yearly_growth(view, company, item, segment):
            name = f"growth:{company}:{item}:{segment}:{growth.end}"
            what = f"{label}, {item.replace('_', ' ')} growth, quarter to {growth.end:%-d %b %Y}"
            made = self.evidence.work(
                name,
                what,
                growth.rate,
                "fraction",
                _ratio(growth),
                (),
                documents=(*growth.now.inputs, *growth.before.inputs),
            )
            points.append((growth.end, self._dated(made, growth.end, known_on=growth.now.known_on)))
        return QuarterSeries(company, label, tuple(points), segment)

    def _segments(self, view: View) -> tuple[QuarterSeries, ...]:
        """Every comparable segment that an audience names, each once; an audience chooses its own at its desk."""
        wanted: dict[tuple[str, str], str] = {}
        for audience in self.request.audiences:
            for company, entry in (audience.settings.get("segments") or {}).items():
                wanted.setdefault((company, entry["segment"]), entry.get("label") or entry["segment"])
        order = [key for c in (self.request.subject, *self.request.core) for key in wanted if key[0] == c]
        made = [self._series(view, company, "revenue", name, wanted[company, name]) for company, name in order]
        return tuple(series for series in made if series.points)

    def _next_quarter(self, view: View) -> None:
        """Operating income of the quarter a year before the next results: what they will be read against."""
        ev, subject = self.evidence, self.request.subject
        latest = ev.value(subject, "revenue_growth_quarter").end if ev.has("revenue_growth_quarter") else None
        if latest is None:
            return
        end = add_months(latest, -9)
        facts = [f for f in view.facts(subject, "operating_income") if f.months == 3 and f.end == end]
        if facts:
            what = f"{ev.name(subject)}, operating income, quarter to {end:%-d %b %Y}"
            quantity = ev.work(
                "next_quarter_base",
                what,
                facts[0].value,
                "money",
                "as stated",
                (),
                currency=self.data.companies[subject].reporting_currency,
                documents=(facts[0].id,),
            )
            self._dated(quantity, end, known_on=facts[0].known_on)

    def _pledges(self) -> None:
        """Company claims with a value, known by the day: printed as the company's, never as fact."""
        rows = self.data.claims.filter(
            (pl.col("kind") == "company") & (pl.col("known_on") <= self.request.as_of) & pl.col("value").is_not_null()
        )
        for row in rows.iter_rows(named=True):
            if row["company"] not in self.request.roles:
                continue
            what = f"{self.evidence.name(row['company'])} says: {row['text']}"
            quantity = self.evidence.work(
                f"claim:{row['claim_id']}",
                what,
                row["value"],
                "money",
                "as the company says",
                (),
                currency=row["currency"] or "",
                documents=(f"claim.{row['claim_id']}",),
            )
            years = (f"{row['years']:g}",) if row["years"] else ()
            named = replace(
                quantity, company=row["company"], flags=years, end=row["known_on"], known_on=row["known_on"]
            )
            self.evidence.book[named.ref] = named
            self._pledge_in_brief_currency(named, row)

    def _pledge_in_brief_currency(self, claim: Quantity, row: Mapping[str, Any]) -> None:
        if claim.company != self.request.subject or claim.value is None or not row["years"]:
            return
        rates = self.rows.rates
        try:
            rate = rates.spot(claim.currency, self.request.currency, row["known_on"])
        except currency.RateNotFound:
            return
        value = claim.value / row["years"] * rate.value
        how = f"÷ {row['years']:g} years × {rate.how}"
        self.evidence.work(
            "pledge_year_brief",
            "The pledge spread evenly, a year",
            value,
            "money",
            how,
            (claim,),
            currency=self.request.currency,
            documents=rate.ids,
        )


def _bridged(inputs: implied.ImpliedInputs, multiple: float) -> str:
    """One implied value as arithmetic: 25.84 × 148,317m ÷ 18,474.2m × 8 ÷ 7.1118."""
    claims = inputs.bridge.net_claims
    net = f" − {claims / 1e6:,.0f}m" if claims >= 0 else f" + {-claims / 1e6:,.0f}m"
    top = f"{multiple:.4g} × {inputs.denominator / 1e6:,.0f}m"
    equity = f"({top}{net})" if inputs.kind == "enterprise" else top
    ratio = f" × {inputs.unit.ordinary_per_unit:g}" if inputs.unit.ordinary_per_unit != 1 else ""
    rate = f" ÷ {inputs.unit.rate:.5g}" if inputs.unit.rate != 1 else ""
    return f"{equity} ÷ {inputs.unit.shares / 1e6:,.1f}m{ratio}{rate}"


def _ratio(growth: quarters.Growth) -> str:
    now, before = growth.now.value or 0.0, growth.before.value or 1.0
    return f"{now / 1e6:,.0f} ÷ {before / 1e6:,.0f} − 1"
