"""The command line: one command run, its exit code. Small, as an unchanged build reads nothing else of this program."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


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
    from peerbench.commands.arguments import parser as make_parser

    parser = make_parser()
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

    module = import_module(f"peerbench.commands.{parsed.command.replace('-', '_')}")
    return int(module.run(parsed, arguments))


def _leave_quietly() -> None:
    import os

    # Without this Python would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
