"""The takeaways: three or four claims that sum the brief up, the weightiest first and the counter-evidence last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from peerbench.brief.context import Desk
from peerbench.brief.prose import pledge, statements
from peerbench.core.document import Paragraph
from peerbench.narrate import operations, policy
from peerbench.narrate.claims import Claim, Statement

LEAST: Final = 3


TAKEAWAYS: Final[Mapping[str, Callable[[Desk], Statement | None]]] = {
    "spread": statements.spread,
    "robustness": statements.robustness,
    "history": statements.history,
    "growth": statements.growth,
    "net_cash": statements.net_cash,
    "profit_quality": statements.profit_quality,
    "cash_disagrees": statements.cash_disagrees,
    "price_each": lambda desk: statements.each(desk, desk.headline_metric, "takeaway.price_each", "x1"),
    "growth_each": lambda desk: statements.each(desk, "revenue_growth_ltm", "takeaway.growth_each", "spct0"),
    "margin_each": lambda desk: statements.each(desk, "operating_margin_ltm", "takeaway.margin_each", "pct0"),
    "loss": lambda desk: operations.loss(desk.evidence, "net_income_common_ltm"),
    "margin": lambda desk: statements.renamed(statements.margin(desk), "takeaway.margin"),
    "leverage": lambda desk: statements.renamed(statements.leverage(desk), "takeaway.leverage"),
    "volatility": statements.volatility,
    "tail": statements.tail,
    "diversification": statements.diversification,
    "drawdown": statements.drawdown,
    "scale": lambda desk: policy.scale(desk.evidence, "capex_fy"),
    "pace": lambda desk: policy.pace(desk.evidence, "capex_growth_fy", "capex_fy"),
    "effort": statements.effort,
    "pledge": pledge.policy_pledge,
}


def takeaways(desk: Desk, *, most: int = 4) -> tuple[Paragraph, ...]:
    """Three or four, the weightiest first, and the counter-evidence last.

    Each entry of the audience's list is a theme: of "a | b" the weightier is said. The last entry is what may be held
    against the headline: of its claims, else of all, the weightiest that speaks the other way. Where the data bear out
    fewer than three, a theme's second claim and the audience's further ones fill up.
    """
    wanted = [tuple(name.strip() for name in entry.split("|")) for entry in desk.audience.names("takeaways")]
    themes, last, further = wanted[:-1], wanted[-1] if wanted else (), desk.audience.names("further_takeaways")
    with desk.summary():
        others = (*(name for theme in themes for name in theme), *further)
        counter = _kept(desk, _opposed(desk, _candidates(desk, last)))
        if not counter and (counter := _kept(desk, _opposed(desk, _candidates(desk, others)))):
            themes = [*themes, last]  # it says nothing against the headline, and is a theme like the others
        counter = counter or _kept(desk, _candidates(desk, last))
        chosen = _chosen(desk, themes, most - len(counter))
        while len(chosen) + len(counter) < min(most, LEAST) and (more := _kept(desk, _candidates(desk, others))):
            chosen += more
    ranked = sorted(chosen, key=lambda claim: -claim.strength)
    return tuple(desk.takeaway(claim) for claim in (*ranked, *counter))


def _chosen(desk: Desk, themes: Sequence[Sequence[str]], most: int) -> list[Claim]:
    """The weightiest claim of the weightiest theme, then of the next one, and so on."""
    chosen: list[Claim] = []
    left = list(themes)
    while len(chosen) < most:
        leaders = [(found[0], theme) for theme in left if (found := _candidates(desk, theme))]
        if not leaders:
            break
        best, theme = max(leaders, key=lambda pair: pair[0].strength)
        chosen += _kept(desk, [best])
        left.remove(theme)
    return chosen


def _candidates(desk: Desk, names: Iterable[str]) -> list[Claim]:
    """What can be said of these, the weightiest first; the order of the list decides between equals."""
    drafts = [desk.draft(TAKEAWAYS[name](desk)) for name in names]
    return sorted((claim for claim in drafts if claim is not None and claim.lead), key=lambda claim: -claim.strength)


def _opposed(desk: Desk, claims: list[Claim]) -> list[Claim]:
    """Those that speak against the headline."""
    return [claim for claim in claims if claim.favours * desk.stance < 0]


def _kept(desk: Desk, claims: Sequence[Claim]) -> list[Claim]:
    """The first of these, put on the page; none where there is none."""
    for claim in claims[:1]:
        desk.keep(claim)
    return list(claims[:1])
