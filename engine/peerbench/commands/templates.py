"""bench templates: every file that an audience's pages are made from, which layer's wins, and what it replaces."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from peerbench import lookup, project
from peerbench.commands import request
from peerbench.commands.printing import print_findings
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin, did_you_mean
from peerbench.universe import naming

HEADS = {
    "templates": "pages",
    "styles": "style sheets",
    "scripts": "scripts",
    "words": "settings and words, merged: what the first does not say the next does",
    "fonts": "fonts",
    "other": "other files",
}


def run(parsed: Namespace, arguments: list[str]) -> int:
    _, roots, chosen = where(parsed.config)
    asked = _asked(parsed.audience, roots) or chosen or lookup.audiences(roots)
    if parsed.format == "json":
        print(json.dumps([_data(audience, roots) for audience in asked], indent=2, ensure_ascii=False))
        return 0
    print("\n\n".join("\n".join(listing(audience, roots)) for audience in asked))
    return 0


def where(config: str | None) -> tuple[Path, tuple[Path, ...], tuple[str, ...]]:
    """The project, its layers with those of the config's theme, and the config's audiences that exist."""
    if config is None:
        root = Path(project.root_of([]))
        return root, lookup.layers(root), ()
    from peerbench.config.load import load

    member = naming.sought(Path(config))  # a member has its pattern's theme and audiences
    found, findings = load(Path(config) if member is None else member[0])
    if found is None:
        raise UnusableRequest(findings)
    print_findings(finding for finding in findings if finding.severity == "error")
    theme = lookup.theme(found.brand.theme, found.root, asked=found.place("brand", "theme"))
    roots = lookup.layers(found.root, themes=theme.folders)
    known = lookup.audiences(roots)
    return found.root, roots, tuple(name for name in found.audiences if name in known)


def _asked(names: list[str] | None, roots: tuple[Path, ...]) -> tuple[str, ...]:
    """The audiences named on the command line, or a refusal that says which there are."""
    known = (*lookup.audiences(roots), lookup.HOUSE)
    asked = request.split(names)
    wrong = [
        Finding(
            "arguments", "error", f"unknown audience '{name}'", did_you_mean(name, known), Origin(locator="--audience")
        )
        for name in asked
        if name not in known
    ]
    if wrong:
        raise UnusableRequest(tuple(wrong))
    return asked


def listing(audience: str, roots: tuple[Path, ...]) -> Iterator[str]:
    """The files of one audience under the heads of their kinds."""
    files = lookup.files(audience, roots)
    width = max((len(name) for name in files), default=0)
    yield f"{audience}: {' → '.join(lookup.chain(audience, roots))}"
    for kind, names in groupby(files, key=lookup.kind):
        yield f"  {HEADS[kind]}"
        for name in names:
            yield f"    {name:<{width}}  {_who(name, files[name], roots)}"


def _who(name: str, found: tuple[Path, ...], roots: tuple[Path, ...]) -> str:
    first, *rest = (lookup.shown(path, roots) for path in found)
    joint = "then" if name in lookup.MERGED else "over"
    return first + "".join(f", {joint} {other}" for other in rest)


def _data(audience: str, roots: tuple[Path, ...]) -> dict[str, object]:
    files = lookup.files(audience, roots)
    return {
        "audience": audience,
        "chain": lookup.chain(audience, roots),
        "files": [
            {"name": name, "kind": lookup.kind(name), "merged": name in lookup.MERGED,
             "from": [lookup.shown(path, roots) for path in found]}
            for name, found in files.items()
        ],
    }  # fmt: skip
