"""bench sign: an issue, a PDF or a web page signed with a key of one's own, so that readers can tell whose it is."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from peerbench.commands.printing import clean
from peerbench.core.errors import UnusableRequest
from peerbench.core.findings import Finding, Origin


def run(parsed: Namespace, arguments: list[str]) -> int:
    """0: each is signed, or was so already; 2: the key is unusable, or one of them, which is named; the others are."""
    from peerbench import project, signature
    from peerbench.verify import signing

    root = Path(project.find_root(str(Path.cwd())))
    owner = signature.owner(Path(parsed.key), root=root, passphrase=_passphrase(parsed.passphrase_env))
    wrong: list[Finding] = []
    for name in parsed.targets:
        try:
            made = signing.sign(Path(name), owner)
        except UnusableRequest as error:
            wrong += error.findings
            continue
        print(f"{'signed' if made.fresh else 'signed already'}: {clean(str(made.path))}")
    if wrong:
        raise UnusableRequest(tuple(wrong))
    print(f"by the key {owner.fingerprint}")
    return 0


def _passphrase(variable: str | None) -> str | None:
    """The passphrase, from the environment alone: an argument would stand in the list of processes."""
    if variable is None:
        return None
    found = os.environ.get(variable, "")
    if not found:
        message = f"the variable {clean(variable)}, which is to hold the passphrase, is not set."
        raise UnusableRequest((Finding("signature", "error", message, "", Origin(locator="--passphrase-env")),))
    return found
