"""peerbench: comparative peer-benchmark briefs in which every number answers for itself.

The functions for programs are those of peerbench.program.api, loaded when one is first asked for.
"""

__version__ = "0.1.0"
TYPE_CHECKING = False
if TYPE_CHECKING:
    from peerbench.program.api import (
        BuildResult,
        Compared,
        Computed,
        Differences,
        Explained,
        Finding,
        UnusableRequest,
        build,
        catalogue,
        check,
        check_text,
        compare_companies,
        compute,
        diff,
        explain,
        verify_brief,
    )

__all__ = (
    "BuildResult", "Compared", "Computed", "Differences", "Explained", "Finding", "UnusableRequest", "build",
    "catalogue", "check", "check_text", "compare_companies", "compute", "diff", "explain", "verify_brief",
)  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'peerbench' has no attribute '{name}'")
    from peerbench.program import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
