"""A flow quarter by quarter: the series behind charts of growth, each quarter by the rules of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from peerbench.core.periods import add_months, near
from peerbench.normalise import calendar
from peerbench.normalise.calendar import Span
from peerbench.normalise.reading import Reading
from peerbench.normalise.view import View


@dataclass(frozen=True, slots=True)
class Growth:
    """One quarter against the same quarter a year before."""

    end: date
    now: Reading
    before: Reading

    @property
    def rate(self) -> float | None:
        """now / before − 1, only where both are above zero (METHOD 18)."""
        a, b = self.now.value, self.before.value
        return a / b - 1 if a is not None and b is not None and a > 0 and b > 0 else None


def yearly_growth(
    view: View, company: str, item: str, segment: str = "total", *, quarters: int = 10
) -> tuple[Growth, ...]:
    """The newest `quarters` quarters with a growth rate, oldest first; a quarter that is not known ends the run."""
    facts = view.facts(company, item, segment)
    ends = sorted({fact.end for fact in facts if fact.start is not None})
    if not ends:
        return ()
    line = calendar.series(facts, view.company(company).fiscal_year_end_month)
    found: list[Growth] = []
    for back in range(quarters + 4):
        end = add_months(ends[-1], -3 * back)
        growth = Growth(end, _quarter(line, end), _quarter(line, add_months(end, -12)))
        if growth.rate is None:
            if found:
                break
            continue
        found.append(growth)
        if len(found) == quarters:
            break
    return tuple(reversed(found))


def _quarter(line: calendar.Series, end: date) -> Reading:
    known = next((fact.end for fact in line.facts if near(fact.end, end)), end)
    start = add_months(known, -3) + timedelta(days=1)
    return calendar.fill(line, Span(start, known, 3), "quarter")
