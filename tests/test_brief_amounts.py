"""Amounts in the sentences of findings: which figure each is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from peerbench.brief.amounts import traced
from studies import Written


def figures(written: Written, data: Any, sentence: str, company: str) -> list[str]:
    desk: Any = SimpleNamespace(study=replace(written.study, data=data), evidence=replace(written.evidence, book={}))
    return [ref for _, ref in traced(desk, sentence, company).figures]


def test_an_amount_is_the_same_figure_in_whatever_order_the_data_stand(alibaba: Written) -> None:
    """Two sources say 8,259m of Baidu's capital spending (disagreements.csv); a brief carries its rows in an order
    of their own, and is made again from them."""
    data = alibaba.study.data
    turned = replace(data, disagreements=data.disagreements.reverse(), facts=data.facts.reverse())
    said = "capital spending, 12 months to 31 Dec 2024: 8,134m against 8,259m"
    found = figures(alibaba, data, said, "baidu")
    assert found == figures(alibaba, turned, said, "baidu")
    assert found[1] == "working:register:baidu:capex:2024-12-31:Market-Atlas (snapshot 2026-06)"
