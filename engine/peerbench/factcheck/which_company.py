"""Which company a number is said of, its own segment, or a stranger that it may belong to."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from peerbench.factcheck.mentions import Mention, Named
from peerbench.factcheck.quantities import Quantity
from peerbench.factcheck.scan import Scan
from peerbench.factcheck.statement import Statement

_RELATED: Final = re.compile(  # "Sun Art, part of Alibaba, had": not Alibaba's number
    r"\b(?:(?:part|unit|arm|subsidiary|affiliate|division|peers?|rivals?|competitors?|parent|suppliers?|customers?) of"
    r"|owned by|backed by|controlled by|acquired by|stake in|spun off from|sold by|rival to)\s+\Z",
    re.IGNORECASE,
)


def with_company(scan: Scan, one: Statement, named: Named | None, *, inherited: bool) -> Statement:
    """The statement with its company, named here or carried over, and a stranger it may belong to instead."""
    anchor = one.quantity.start if inherited or named is None else min(named.start, one.quantity.start)
    if named is not None and not inherited and _adjacent_owner(scan, one.quantity) is not None:
        anchor = one.quantity.start
    owner = _owner(scan, one, anchor)
    stranger = _stranger(scan, one, anchor, owner)
    if owner is not None and (party := _party(scan, owner)):
        return replace(one, company=owner.company, company_how="own", stranger=stranger or party)
    if owner is not None:
        return replace(one, company=owner.company, company_how="own", segment=owner.segment, stranger=stranger)
    return _carried(scan, replace(one, stranger=stranger))


def _party(scan: Scan, owner: Mention) -> str:
    """Somebody of a company's who is not the company: Alibaba's competitors."""
    if not owner.owns:
        return ""
    last = min(scan.end, owner.end + 34)
    found = scan.lexicon.lists["parties"].pattern.search(scan.text, owner.end, last)
    between = scan.text[owner.end : found.start()] if found else "."
    return scan.text[owner.start : found.end()] if found and re.fullmatch(r"'?s?(?:\s[\w-]+)?\s", between) else ""


def _adjacent_owner(scan: Scan, quantity: Quantity) -> Mention | None:
    """ "Amazon's 35x" """
    return next((c for c in scan.companies if c.owns and 0 <= quantity.start - c.end <= 4), None)


def _owner(scan: Scan, one: Statement, anchor: int) -> Mention | None:
    """The company named nearest before the measure or number; one behind it only after at, by, of or for."""
    adjacent = _adjacent_owner(scan, one.quantity) or _whole(scan, one)
    if adjacent is not None:
        return adjacent
    if scan.sentence.bullet and scan.companies and scan.subject() is None:
        return None
    return _behind(scan, one) or _ahead(scan, one, anchor) or _only_one(scan)


def _whole(scan: Scan, one: Statement) -> Mention | None:
    """ "17% of Amazon's revenue"; a segment named before it is the part."""
    owners = (c for c in scan.companies if c.owns and 0 <= c.start - one.quantity.end <= 12)
    whole = next(owners, None) if one.kind == "share" else None
    if whole is None:
        return None
    parts = [c for c in scan.companies if c.segment and c.end <= one.quantity.start]
    return next((c for c in reversed(parts) if c.company == whole.company), whole)


def _behind(scan: Scan, one: Statement) -> Mention | None:
    """ "sales of US$5bn at Amazon": with no other number between."""
    last = max(one.quantity.end, one.measure.end if one.measure else 0)

    def said_of(company: Mention) -> bool:
        linked = re.search(r"\b(?:at|by|of|for)\s+\Z", scan.text[last : company.start])
        return linked is not None and not any(last <= q.start < company.start for q in scan.quantities)

    return next((c for c in scan.companies if last <= c.start <= last + 40 and said_of(c)), None)


def _ahead(scan: Scan, one: Statement, anchor: int) -> Mention | None:
    """The last company named before; where that is an object ("Alibaba's sales to Amazon"), who owns the measure."""
    limit = max(anchor, one.quantity.start)
    before = [c for c in scan.companies if c.start <= limit and not _only_compared(scan, c)]
    if not before:
        return None
    latest, own = before[-1], [c for c in before if c.owns and c.start <= anchor]
    if own and latest.start > own[-1].start and not latest.owns and _object(scan, latest):
        return own[-1]
    return latest


def _only_one(scan: Scan) -> Mention | None:
    """The one company of the sentence, wherever it stands, where neither paragraph nor text has another."""
    later = [c for c in scan.companies if not _only_compared(scan, c)]
    named = {c.company for c in later}
    free = [c for c in later if not any(0 <= q.start - c.end <= 4 for q in scan.quantities)]
    alone = len(named) == 1 and scan.memory.company is None and not scan.about
    return free[0] if alone and free else None


def _only_compared(scan: Scan, mention: Mention) -> bool:
    """Named only to compare with: "than Tencent", "compared with Amazon's"."""
    head = scan.text[max(scan.start, mention.start - 24) : mention.start]
    compared = re.search(
        r"\b(?:than|versus|vs\.?|unlike|compared (?:with|to)|against|rival|rivals like|over)\s+\Z", head
    )
    related = _RELATED.search(scan.text[max(scan.start, mention.start - 34) : mention.start]) is not None
    return (compared is not None or related) and not _owns_a_number(scan, mention)


def _object(scan: Scan, mention: Mention) -> bool:
    head = scan.text[max(scan.start, mention.start - 16) : mention.start]
    return re.search(r"\b(?:from|to|with|in|on|and|between|at)\s+\Z", head) is not None


def _owns_a_number(scan: Scan, mention: Mention) -> bool:
    return any(0 <= q.start - mention.end <= 4 for q in scan.quantities) or (
        mention.owns and any(0 <= m.start - mention.end <= 24 for m in scan.measures)
    )


def _stranger(scan: Scan, one: Statement, anchor: int, owner: Mention | None) -> str:
    """A name of nobody here that stands nearer than the owner, or before everything in its place."""
    since = owner.end if owner is not None else scan.start
    limit = max(anchor, one.quantity.start)
    for a, b, name in reversed(scan.strangers):
        if not since <= a < limit:
            continue
        mine = scan.text[max(scan.start, a - 12) : a]
        if name.endswith(("'s", "s'")) or owner is None or re.search(r"\b(?:at|by|of|for|than|and|,)\s*\Z", mine):
            if owner is not None and not name.endswith(("'s", "s'")) and b < one.quantity.start - 60:
                continue
            return name.removesuffix("'s").removesuffix("'")
        said = re.match(r"\s*(?:,|\w+ said|said|says|told)", scan.text[b : b + 24])
        if owner is not None and "," not in scan.text[owner.end : b] and said is None:
            return name
    tail = scan.text[one.quantity.end : one.quantity.end + 40]
    if owner is None and (found := re.match(r"[^.;]{0,20}\b(?:at|by|for)\s+([A-Z][a-z]\w+)", tail)):
        place = one.quantity.end + found.start(1)
        if any(a == place for a, _, _ in scan.strangers):
            return found.group(1)
    return ""


def _carried(scan: Scan, one: Statement) -> Statement:
    """No company in the sentence: the one the paragraph speaks of, or that the text is about."""
    memory = scan.memory
    if memory.company is not None:
        others = tuple(sorted(memory.companies - {memory.company.company}))
        return replace(one, company=memory.company.company, company_how="carried", rivals=others)
    if scan.about:
        return replace(one, company=scan.about, company_how="carried")
    return one


def with_segment(scan: Scan, one: Statement) -> Statement:
    """A narrowing word that is a segment of the company; one it does not know stays a narrowing."""
    if one.kind == "share" and one.company and not one.segment and one.literal == ("revenue",):
        for a, b in scan.cast.segment_words.spans(scan.text, scan.start, one.quantity.start):
            if segment := scan.cast.segment(one.company, scan.text[a:b]):
                return replace(one, segment=segment)
    if not one.narrowed or one.measure is None or not one.company:
        return one
    around = (max(scan.start, one.measure.start - 40), min(scan.end, one.measure.end + 50))
    for a, b in scan.cast.segment_words.spans(scan.text, *around):
        segment = scan.cast.segment(one.company, scan.text[a:b])
        before = b <= one.measure.start and scan.text[b : one.measure.start].strip(" -'s") == ""
        after = a >= one.measure.end and re.fullmatch(
            r"\s+(?:from|in|of|at)\s+(?:the|its|their)?\s*", scan.text[one.measure.end : a]
        )
        if segment and (before or after):
            head = scan.text[scan.start : a]
            glued = re.search(r"[A-Za-z]+-\Z|\b(?:AI|public|private|consumer)\s\Z", head)
            return one if before and glued else replace(one, segment=segment, narrowed="")
    return one
