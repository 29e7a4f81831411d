"""Whether the typefaces of a further language are installed here."""

from __future__ import annotations

import pytest

from peerbench import languages, lookup
from peerbench.render import han

RULES = languages.load("zh-CN", lookup.HOUSE, lookup.layers()).language.rules
FOUND, LACKING = han.faces(RULES, {})
installed = pytest.mark.skipif(bool(LACKING), reason="no Noto CJK typeface is installed (fonts-noto-cjk)")
