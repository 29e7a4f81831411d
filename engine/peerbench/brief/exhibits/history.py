"""The figure of the subject's premium through time."""

from __future__ import annotations

from peerbench.brief.context import Desk, cell
from peerbench.brief.exhibits.instead import alternative, numbers
from peerbench.brief.study import Premiums
from peerbench.core import figures
from peerbench.core.document import Chart, Spans, Table, Text
from peerbench.core.evidence import Quantity
from peerbench.narrate import words


def history(desk: Desk) -> Chart | None:
    """Figure 2: the subject's premium through time with its mean and one standard deviation; 36 months or nothing."""
    premiums = desk.premiums
    if premiums is None or premiums.mean is None or premiums.now is None or premiums.sd is None:
        return None
    band = _band(desk, premiums.mean, premiums.sd)
    title = _title(desk, premiums, premiums.now, premiums.mean)
    measure = desk.evidence.definitions[premiums.metric].short
    printed = (quantity.number("spct0") for quantity in (premiums.now, premiums.mean, *band))
    return Chart(
        "history",
        title,
        (Text(f"{measure} against the peer median, %, {premiums.n} month-ends"),),
        figures.History(premiums.points, *printed),
        alternative("Line chart with band.", title),
        desk.source_line([premiums.now.ref, premiums.mean.ref]),
        87.0,
        41.0,
        desk.next_figure(),
        _numbers(premiums),
    )


def _band(desk: Desk, mean: Quantity, sd: float) -> tuple[Quantity, Quantity]:
    """One standard deviation above the mean, and one below."""
    ev, middle = desk.evidence, mean.value or 0.0
    upper, lower = "Mean plus one standard deviation", "Mean less one standard deviation"
    return (
        ev.work("history_upper", upper, middle + sd, "fraction", "mean + s.d.", (mean,)),
        ev.work("history_lower", lower, middle - sd, "fraction", "mean − s.d.", (mean,)),
    )


def _title(desk: Desk, premiums: Premiums, now: Quantity, mean: Quantity) -> Spans:
    above, below = (now.value or 0) > (mean.value or 0), (now.value or 0) < (mean.value or 0)
    measure = words.noun(desk.evidence, premiums.metric)
    return desk.title("title.history", {"measure": measure}, {"above_mean": above, "below_mean": below})


def _numbers(premiums: Premiums) -> Table:
    rows = [(f"{month.end:%d %b %Y}", [cell(month, "spct1")]) for month in premiums.months]
    return numbers("history", "Month end", [("gap", "Gap to median")], rows)
