"""What may stand on the command line. A command is a name here and a module beside this one."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable

import peerbench

_DESCRIPTION = "Comparative peer-benchmark briefs in which every number is dated, sourced and traceable."
_EPILOG = """\
a first brief:   bench init demo && cd demo && bench build
exit codes:      0 done; 1 a check held a brief back; 2 the request is unusable, nothing written"""
_CONFIGS = "configs to work on; the only one in configs/ if left out"


def parser() -> ArgumentParser:
    """The parser of `bench`."""
    bench = ArgumentParser("bench", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False)
    bench.formatter_class = RawDescriptionHelpFormatter
    bench.add_argument("--version", action="version", version=f"bench {peerbench.__version__}")
    commands = bench.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, help: str) -> ArgumentParser:
        added = commands.add_parser(name, help=help, description=help[:1].upper() + help[1:] + ".", allow_abbrev=False)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        return added

    _add_building(command)
    _add_looking(command)
    _add_changing(command)
    _add_data(command)
    _add_peers(command)
    _add_diff(command)
    _add_clock(command)
    _add_agents(command)
    return bench


def _add_workers(parser: ArgumentParser) -> None:
    parser.add_argument("-j", "--jobs", type=_workers, metavar="N", help="build N briefs at once, in worker processes")
    parser.add_argument("--cluster", metavar="ADDRESS", help="build on the Dask cluster at tcp://HOST:PORT")


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise ArgumentTypeError(f"'{text}' is not a number of workers; write e.g. 4")
    return int(text)


def _add_building(command: Callable[[str, str], ArgumentParser]) -> None:
    build = command("build", "build briefs from configs")
    build.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=_CONFIGS)
    _add_day(build)
    build.add_argument("--audience", action="append", metavar="NAME", help="only this audience (may be repeated)")
    build.add_argument(
        "--format",
        action="append",
        metavar="NAME",
        help="only this: pdf, html, xlsx, md, json (may be repeated)",
    )
    build.add_argument(
        "--language", action="append", metavar="TAG", help="in this language, over the config's: en, zh-CN"
    )
    build.add_argument("--page", choices=("A4", "Letter"), help="page size of the PDF, over the config's")
    build.add_argument("--length", choices=("one", "four"), help="pages of the PDF's article, over the config's")
    build.add_argument(
        "--since", metavar="DAY", help="compare with the issue of this day, or none; else the newest earlier"
    )
    build.add_argument("--only", action="append", metavar="COMPANY", help="of a pattern: only these (may be repeated)")
    build.add_argument("--out", metavar="FOLDER", help="where briefs are put (default: output/ of the project)")
    _add_workers(build)
    build.add_argument("--open", action="store_true", help="open the brief when it is built")
    build.add_argument("--force", action="store_true", help="build even if nothing has changed")
    build.add_argument("--frozen", action="store_true", help="read exactly what `bench data lock` locked, no network")
    compute = command("compute", "compute metrics and comparison of a config without rendering")
    compute.add_argument("config", metavar="CONFIG")
    _add_day(compute)
    compute.add_argument(
        "--out", metavar="FOLDER", help="write metrics.csv and comparison.csv there; else print a table"
    )
    init = command("init", "begin a project: configs/, templates/, data/")
    init.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the working folder")


def _add_looking(command: Callable[[str, str], ArgumentParser]) -> None:
    check = command("check", "check configs and their data without building")
    check.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=_CONFIGS)
    check.add_argument("--audience", action="append", metavar="NAME", help="only this audience (may be repeated)")
    check.add_argument("--list", action="store_true", help="of a pattern: every member with its peers")
    _add_day(check)
    text = command("check-text", "check the numbers of an outside text against the figures of a config")
    text.add_argument("text", metavar="TEXT", help="a text file; - is standard input")
    text.add_argument("config", metavar="CONFIG")
    _add_day(text)
    _add_format(text)
    metrics = command("metrics", "list the metrics with formulas and definitions")
    metrics.add_argument("metric", nargs="?", metavar="METRIC", help="only this one")
    _add_format(metrics)
    explain = command(
        "explain", "explain a metric, a check or a command, or one number of a brief down to its documents"
    )
    explain.add_argument("what", nargs="+", metavar="NAME | CONFIG COMPANY METRIC")
    _add_day(explain)
    _add_format(explain)
    schema = command("schema", "print the JSON schema of configs, for editors, of brief.json, or of check-text")
    schema.add_argument(
        "of", nargs="?", choices=("config", "brief", "check-text"), default="config", help="default: config"
    )
    schema.add_argument("--out", metavar="FILE", help="write it there, e.g. configs/.schema.json")
    verify = command("verify", "compute a brief again from the data it carries, and compare every number and word")
    verify.add_argument("file", metavar="FILE", help="a brief.pdf, a brief.html, or an issue's folder")
    verify.add_argument(
        "--trust",
        "--key",
        dest="key",
        metavar="FILE",
        help="public key (PEM, Ed25519) of whoever has to have signed it",
    )
    _add_format(verify)
    sign = command("sign", "sign an issue, a PDF or a web page with a key of your own, for bench verify --trust")
    sign.add_argument("targets", nargs="+", metavar="ISSUE", help="an issue's folder, a brief.pdf or a brief.html")
    sign.add_argument("--key", required=True, metavar="FILE", help="private key (PEM, Ed25519), outside of the project")
    sign.add_argument("--passphrase-env", metavar="NAME", help="environment variable that opens an encrypted key")


def _add_changing(command: Callable[[str, str], ArgumentParser]) -> None:
    templates = command("templates", "list the files that pages are made from: which layer wins, what it replaces")
    templates.add_argument("config", nargs="?", metavar="CONFIG", help="its audiences and its theme; else all of them")
    templates.add_argument("--audience", action="append", metavar="NAME", help="only this audience (may be repeated)")
    _add_format(templates)
    preview = command(
        "preview", "show a brief in the browser, anew after every change of template, words, config or data"
    )
    preview.add_argument("config", nargs="?", metavar="CONFIG", help="the only one in configs/ if left out")
    preview.add_argument("--audience", action="append", metavar="NAME", help="only this audience (may be repeated)")
    _add_day(preview)
    preview.add_argument("--port", type=int, default=0, metavar="N", help="of 127.0.0.1 (default: a free one)")
    preview.add_argument("--no-pdf", action="store_true", help="the web page alone, which is quicker")
    preview.add_argument("--open", action="store_true", help="open it in the browser")
    preview.add_argument("--once", action="store_true", help="make it once into .bench/preview/ and end")
    eject = command("eject", "copy a shipped file into the project's templates/, to be changed; overwrites nothing")
    eject.add_argument(
        "name", metavar="NAME", help="as `bench templates` lists it, e.g. print.css or risk/audience.yaml"
    )
    eject.add_argument("--audience", metavar="NAME", help="for this audience alone; else where it comes from")
    eject.add_argument("--config", metavar="CONFIG", help="whose theme counts; else none")


def _add_data(command: Callable[[str, str], ArgumentParser]) -> None:
    data = command("data", "pull, show or lock what the sources of configs offer")
    data.add_argument(
        "action",
        choices=("pull", "status", "lock"),
        help="pull: fetch anew and keep; status: what is known, its age and gaps; lock: note the digests for --frozen",
    )
    data.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=_CONFIGS)
    _add_day(data)
    _add_format(data)


def _add_peers(command: Callable[[str, str], ArgumentParser]) -> None:
    peers = command("peers", "propose peers of a company by sector, size, growth and margins, ready to paste")
    peers.add_argument("subject", metavar="COMPANY", help="its key in the data")
    peers.add_argument("--config", metavar="CONFIG", help="look in the sources of this config")
    peers.add_argument("--dataset", default="platforms", metavar="NAME", help="else in this dataset, e.g. platforms")
    peers.add_argument("--count", type=int, default=6, metavar="N", help="how many (default: 6)")
    _add_day(peers)
    _add_format(peers)


def _add_diff(command: Callable[[str, str], ArgumentParser]) -> None:
    recall = command("recall", "list the issues that were printed on facts that are others now, figure by figure")
    recall.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=_CONFIGS)
    recall.add_argument("--facts", metavar="FILE", help="by this file of changed facts, not by the configs' sources")
    recall.add_argument("--out", metavar="FOLDER", help="where the issues lie (default: output/ of the project)")
    _add_format(recall)
    diff = command("diff", "say what moved between two issues: price, earnings, FX, shares, restatement, peers, method")
    diff.add_argument(
        "first", metavar="A", help="an issue (folder, PDF, web page), a brief's folder of issues, or a config"
    )
    diff.add_argument("second", nargs="?", metavar="B", help="the later issue; without it the newest two below A")
    diff.add_argument("--from", dest="from_day", metavar="DAY", help="with a config: its figures on this day")
    diff.add_argument("--to", dest="to_day", metavar="DAY", help="with a config: and on this one (default: its as_of)")
    diff.add_argument(
        "--company", action="append", metavar="NAME", help="whose figures: a key, or all (default: the subject)"
    )
    diff.add_argument("--anyway", action="store_true", help="compare two briefs, or a page that is not verified")
    _add_format(diff)


def _add_clock(command: Callable[[str, str], ArgumentParser]) -> None:
    scheduled = "configs with a schedule; all of configs/ if left out"
    tick = command("tick", "make what is due by the schedules, pass it through the gate, publish and send it, and end")
    tick.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=scheduled)
    tick.add_argument("--retry", action="store_true", help="try once more what is held, failed or could not be sent")
    tick.add_argument("--quiet", action="store_true", help="print only what needs a person")
    tick.add_argument("--out", metavar="FOLDER", help="where issues are put (default: output/ of the project)")
    _add_workers(tick)
    schedule = command("schedule", "list, follow or export the schedules of configs")
    schedule.add_argument(
        "action",
        choices=("list", "run", "export"),
        help="list: the next times; run: a pass whenever something is due; export: timers of the machine",
    )
    schedule.add_argument("configs", nargs="*", default=[], metavar="CONFIG", help=scheduled)
    schedule.add_argument("--count", type=int, default=3, metavar="N", help="list: times of each (default: 3)")
    schedule.add_argument("--to", choices=("crontab", "systemd", "kubernetes"), help="export: which timer")
    schedule.add_argument("--out", metavar="FOLDER", help="export: write the files there; run: as of tick")
    _add_workers(schedule)
    schedule.add_argument("--image", default="peerbench:latest", metavar="NAME", help="export: Kubernetes' image")
    _add_format(schedule)
    history = command("history", "list the issues that were made, or not and why, and their deliveries")
    history.add_argument("briefs", nargs="*", metavar="BRIEF", help="only of these; all if left out")
    history.add_argument("--count", type=int, default=20, metavar="N", help="the newest N of each (default: 20)")
    history.add_argument("--detail", action="store_true", help="with every reason and every delivery of an issue")
    history.add_argument("--prune-before", metavar="DAY", help="forget issues scheduled before it that are over")
    history.add_argument("--dry-run", action="store_true", help="with --prune-before: only say what would go")
    _add_format(history)
    status = command("status", "say what is due, being made, held, failed or not sent; exit 1 if it needs a person")
    status.add_argument("--verify", action="store_true", help="read every fact in the ledger and check its seal too")
    _add_format(status)


def _add_agents(command: Callable[[str, str], ArgumentParser]) -> None:
    served = command("mcp", "offer the program as tools for agents, by the Model Context Protocol on standard input")
    served.add_argument("--project", metavar="FOLDER", help="the project they may name files of (default: this folder)")


def _add_day(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="DAY", help="use nothing known after this day, e.g. 2025-09-23")


def _add_format(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
