"""The command line: arguments, the clock, findings printed, exit code; no logic. Imports nothing heavy at its top."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one command. 0: done; 1: a check held a brief back; 2: the request is unusable, nothing written."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["build"] and not {"--force", "--open", "--help", "-h"}.intersection(arguments):
        line = _unchanged(arguments)
        if line is not None:
            print(line)
            return 0
    return _run(arguments)


def _unchanged(arguments: "list[str]") -> str | None:
    from peerbench import project, stamp

    return stamp.unchanged(project.root_of(arguments[1:]), stamp.key(arguments))


def _run(arguments: "list[str]") -> int:
    parser = _parser()
    if not arguments:
        parser.print_help(sys.stderr)
        return 2
    parsed = parser.parse_args(arguments)
    try:
        code = _command(parsed, arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _leave_quietly()
        return 141  # what a shell reports for a program ended by a closed pipe
    except KeyboardInterrupt:
        print("bench: stopped", file=sys.stderr)
        return 130
    except Exception as error:  # the outermost edge: users see a sentence, --debug the traceback
        if parsed.debug:
            raise
        from peerbench.commands.printing import refuse

        return refuse(error)


def _command(parsed: "Namespace", arguments: "list[str]") -> int:
    from importlib import import_module

    module = import_module(f"peerbench.commands.{parsed.command}")
    return int(module.run(parsed, arguments))


def _leave_quietly() -> None:
    import os

    # Without this Python would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# ---- arguments -------------------------------------------------------------------------------------------------------

_DESCRIPTION = "Comparative peer-benchmark briefs in which every number is dated, sourced and traceable."
_EPILOG = """\
a first brief:   bench init demo && cd demo && bench build
exit codes:      0 done; 1 a check held a brief back; 2 the request is unusable, nothing written"""
_CONFIGS = "configs to work on; the only one in configs/ if left out"


def _parser() -> "ArgumentParser":
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    import peerbench

    parser = ArgumentParser("bench", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False)
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"bench {peerbench.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, help: str) -> "ArgumentParser":
        added = commands.add_parser(name, help=help, description=help[:1].upper() + help[1:] + ".", allow_abbrev=False)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        return added

    _add_building(command)
    _add_looking(command)
    return parser


def _add_building(command: "Callable[[str, str], ArgumentParser]") -> None:
    build = command("build", "build briefs from configs")
    build.add_argument("configs", nargs="*", metavar="CONFIG", help=_CONFIGS)
    _add_day(build)
    build.add_argument("--audience", action="append", metavar="NAME", help="only this audience (may be repeated)")
    build.add_argument(
        "--format", action="append", metavar="NAME", help="only this edition: pdf, html (may be repeated)"
    )
    build.add_argument("--out", metavar="FOLDER", help="where briefs are put (default: output/ of the project)")
    build.add_argument("--open", action="store_true", help="open the brief when it is built")
    build.add_argument("--force", action="store_true", help="build even if nothing has changed")
    compute = command("compute", "compute metrics and comparison of a config without rendering")
    compute.add_argument("config", metavar="CONFIG")
    _add_day(compute)
    compute.add_argument(
        "--out", metavar="FOLDER", help="write metrics.csv and comparison.csv there; else print a table"
    )
    init = command("init", "begin a project: configs/, templates/, data/")
    init.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the working folder")


def _add_looking(command: "Callable[[str, str], ArgumentParser]") -> None:
    check = command("check", "check configs and their data without building")
    check.add_argument("configs", nargs="*", metavar="CONFIG", help=_CONFIGS)
    _add_day(check)
    metrics = command("metrics", "list the metrics with formulas and definitions")
    metrics.add_argument("metric", nargs="?", metavar="METRIC", help="only this one")
    _add_format(metrics)
    explain = command("explain", "explain a metric, or one number of a brief down to its documents")
    explain.add_argument("what", nargs="+", metavar="METRIC | CONFIG COMPANY METRIC")
    _add_day(explain)
    _add_format(explain)
    schema = command("schema", "print the JSON schema of configs, for editors")
    schema.add_argument("--out", metavar="FILE", help="write it there, e.g. configs/.schema.json")


def _add_day(parser: "ArgumentParser") -> None:
    parser.add_argument("--as-of", metavar="DAY", help="use nothing known after this day, e.g. 2025-09-23")


def _add_format(parser: "ArgumentParser") -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
