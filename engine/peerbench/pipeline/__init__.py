"""The pipeline: YAML to figures to a document to editions to a published issue. It alone knows every stage."""

from peerbench.pipeline.case import Progress, prepare, shop_of
from peerbench.pipeline.earlier import printed
from peerbench.pipeline.issue import FORMATS, BuildResult, Gate, again, build, carrying
from peerbench.pipeline.mistakes import HELD_BY, levelled
from peerbench.pipeline.numbers import Computed, check, compute, explain, figures, shared_mistakes, side, studied
from peerbench.pipeline.outside import check_text
from peerbench.pipeline.pattern import given_of, members
from peerbench.pipeline.reading import Given

__all__ = (
    "FORMATS",
    "HELD_BY",
    "BuildResult",
    "Computed",
    "Gate",
    "Given",
    "Progress",
    "again",
    "build",
    "carrying",
    "check",
    "check_text",
    "compute",
    "explain",
    "figures",
    "given_of",
    "levelled",
    "members",
    "prepare",
    "printed",
    "shared_mistakes",
    "shop_of",
    "side",
    "studied",
)
