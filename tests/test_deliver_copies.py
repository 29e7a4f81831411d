"""Delivery into a folder: whole or not at all, once under its key, and never over somebody else's file."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from peerbench.deliver.copies import LABEL, FolderDelivery
from peerbench.deliver.protocol import TRIES, NotDelivered, Parcel, pause
from test_deliver_folder import failing, tree

FILES = {"risk/brief.pdf": b"%PDF", "risk/brief.html": b"<html>", "policy/brief.html": b"not for this reader"}
PLACE = "alba/2025-09-23/risk"


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    folder = tmp_path / "output" / "alba" / "2025-09-23"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return Parcel("alba", "Alba", date(2025, 9, 23), "risk", folder, ("risk/brief.pdf", "risk/brief.html"))


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    (tmp_path / "mount").mkdir()
    return tmp_path / "mount"


def test_the_editions_of_one_reader_arrive_under_brief_day_and_audience(parcel: Parcel, mount: Path) -> None:
    receipt = FolderDelivery(mount).send(parcel, (), "k")
    arrived = tree(mount)
    label = arrived.pop(f"{PLACE}/{LABEL}")
    assert arrived == {f"{PLACE}/brief.pdf": b"%PDF", f"{PLACE}/brief.html": b"<html>"}
    assert b'"key": "k"' in label
    assert receipt.reference == str(mount / PLACE)


def test_the_same_delivery_again_changes_nothing_and_gives_the_same_receipt(parcel: Parcel, mount: Path) -> None:
    first = FolderDelivery(mount).send(parcel, (), "k")
    inode = (mount / PLACE).stat().st_ino
    assert FolderDelivery(mount).send(parcel, (), "k") == first
    assert (mount / PLACE).stat().st_ino == inode


def test_a_later_issue_of_the_same_day_takes_the_place_of_ours(parcel: Parcel, mount: Path) -> None:
    FolderDelivery(mount).send(parcel, (), "k")
    (parcel.folder / "risk" / "brief.pdf").write_bytes(b"%PDF corrected")
    FolderDelivery(mount).send(replace(parcel, files=("risk/brief.pdf",)), (), "k2")
    assert set(tree(mount)) == {f"{PLACE}/brief.pdf", f"{PLACE}/{LABEL}"}
    assert (mount / PLACE / "brief.pdf").read_bytes() == b"%PDF corrected"


@pytest.mark.parametrize("theirs", ["brief.pdf", "notes.txt", LABEL])
def test_somebody_elses_file_is_never_overwritten(theirs: str, parcel: Parcel, mount: Path) -> None:
    (mount / PLACE).mkdir(parents=True)
    (mount / PLACE / theirs).write_bytes(b"mine")
    with pytest.raises(NotDelivered, match="somebody else") as refused:
        FolderDelivery(mount).send(parcel, (), "k")
    assert not refused.value.again
    assert tree(mount) == {f"{PLACE}/{theirs}": b"mine"}


@pytest.mark.parametrize(("name", "data"), [("brief.pdf", b"annotated by a reader"), ("remarks.txt", b"x")])
def test_what_a_reader_changed_or_added_stays(name: str, data: bytes, parcel: Parcel, mount: Path) -> None:
    FolderDelivery(mount).send(parcel, (), "k")
    (mount / PLACE / name).write_bytes(data)
    before = tree(mount)
    with pytest.raises(NotDelivered, match=f"{name} was changed or added"):
        FolderDelivery(mount).send(parcel, (), "k2")
    assert tree(mount) == before


def test_a_mount_that_is_missing_is_tried_again_and_not_made(parcel: Parcel, tmp_path: Path) -> None:
    with pytest.raises(NotDelivered, match="is not there") as refused:
        FolderDelivery(tmp_path / "gone").send(parcel, (), "k")
    assert refused.value.again
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_full_disk_leaves_what_was_delivered_before(
    at: int, parcel: Parcel, mount: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FolderDelivery(mount).send(parcel, (), "k")
    before = tree(mount)
    (parcel.folder / "risk" / "brief.pdf").write_bytes(b"%PDF later")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(os.fsync, at))
        with pytest.raises(NotDelivered, match="No space left") as refused:
            FolderDelivery(mount).send(parcel, (), "k2")
    assert refused.value.again
    assert tree(mount) == before


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", [1, 2])
def test_one_that_is_killed_halfway_is_finished_by_the_next(
    at: int, parcel: Parcel, mount: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FolderDelivery(mount).send(parcel, (), "k")
    (parcel.folder / "risk" / "brief.pdf").write_bytes(b"%PDF later")
    calls, rename = iter(range(1, 9)), os.rename

    def killed(*args: object) -> None:
        if next(calls) == at:
            raise Killed
        rename(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", killed)
        with pytest.raises(Killed):
            FolderDelivery(mount).send(parcel, (), "k2")
    FolderDelivery(mount).send(parcel, (), "k2")
    assert set(tree(mount)) == {f"{PLACE}/{name}" for name in ("brief.pdf", "brief.html", LABEL)}
    assert (mount / PLACE / "brief.pdf").read_bytes() == b"%PDF later"


def test_waiting_doubles_from_a_minute_to_six_hours_within_a_fifth_and_ends() -> None:
    chance = random.Random(7)
    for attempts, minutes in ((1, 1), (2, 2), (3, 4), (7, 64)):
        wait = pause(attempts, chance)
        assert wait is not None
        assert timedelta(minutes=minutes) * 0.8 <= wait <= timedelta(minutes=minutes) * 1.2
    assert pause(TRIES, chance) is None
