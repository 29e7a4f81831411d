"""Whole processes timed in interleaved pairs. Only the ratios of one run mean anything: machines drift."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(sys.executable).with_name("bench")


def once(command: Sequence[str], *, cwd: Path = ROOT) -> tuple[float, float]:
    """Wall and processor seconds of one process, from start to end."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{complaint.decode()}")
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime


def compare(ours: Sequence[str], theirs: Sequence[str], *, pairs: int, cwd: Path = ROOT) -> tuple[float, str]:
    """The median of the wall-time ratios ours / theirs, and a line that shows it with its spread and the CPU ratio."""
    once(ours, cwd=cwd), once(theirs, cwd=cwd)  # not counted: file caches warm for both
    walls: list[tuple[float, float]] = []
    ratios: list[float] = []
    cpu: list[float] = []
    for turn in range(pairs):  # who goes first alternates
        if turn % 2:
            second, first = once(theirs, cwd=cwd), once(ours, cwd=cwd)
        else:
            first, second = once(ours, cwd=cwd), once(theirs, cwd=cwd)
        walls.append((first[0], second[0]))
        ratios.append(first[0] / second[0])
        cpu.append(first[1] / second[1] if second[1] else float("nan"))
    median = statistics.median(ratios)
    mine, other = (statistics.median(column) for column in zip(*walls, strict=True))
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} over {pairs} pairs"
    return (
        median,
        f"{median:.2f} ({spread}; {1000 * mine:.0f} ms / {1000 * other:.0f} ms; CPU {statistics.median(cpu):.2f})",
    )


def report(name: str, measured: tuple[float, str], *, target: float) -> None:
    ratio, line = measured
    print(f"{'ok  ' if ratio <= target else 'SLOW'} {name}: {line}, target {target}")
