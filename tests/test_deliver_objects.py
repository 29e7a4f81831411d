"""An S3 store, a real server on this machine: whole or not at all, once, and nothing of somebody else's touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

import parcels
from peerbench.deliver.copies import LABEL
from peerbench.deliver.objects import Bucket, StoreDelivery
from peerbench.deliver.protocol import NotDelivered

PLACE: Final = "briefs/alibaba/2025-09-23/risk"
SECRET: Final = "a-secret-key"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest) -> Bucket:
    import httpx

    name = f"b-{abs(hash(request.node.name)) % 10**9}"
    assert httpx.put(f"{endpoint}/{name}").status_code == 200
    return Bucket(name, "briefs/", endpoint=endpoint, key="AKIA", secret=SECRET)


def store(bucket: Bucket) -> Any:
    from obstore.store import S3Store

    made: Any = S3Store
    keys = {"access_key_id": "x", "secret_access_key": "x", "region": "us-east-1"}
    return made(bucket.name, config={"endpoint": bucket.endpoint, **keys}, client_options={"allow_http": True})


def there(bucket: Bucket) -> dict[str, bytes]:
    names = [one["path"] for page in store(bucket).list() for one in page]
    return {name: bytes(store(bucket).get(name).bytes()) for name in names}


def put(bucket: Bucket, path: str, data: bytes) -> None:
    store(bucket).put(path, data)


def test_the_editions_and_a_label_with_their_digests(tmp_path: Path, bucket: Bucket) -> None:
    receipt = StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    found = there(bucket)
    assert found[f"{PLACE}/brief.pdf"] == parcels.PDF
    assert set(found) == {f"{PLACE}/brief.pdf", f"{PLACE}/brief.html", f"{PLACE}/{LABEL}"}
    label = json.loads(found[f"{PLACE}/{LABEL}"])
    assert (label["delivered by"], label["key"]) == ("peerbench", "key-1")
    assert receipt.reference == f"s3://{bucket.name}/{PLACE}/"
    assert dict(receipt.details) == label["files"]


def test_a_browser_is_told_what_it_gets(tmp_path: Path, bucket: Bucket) -> None:
    StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "k")
    assert store(bucket).get(f"{PLACE}/brief.pdf").attributes["Content-Type"] == "application/pdf"


def test_tried_twice_it_arrives_once_with_the_same_receipt(tmp_path: Path, bucket: Bucket) -> None:
    first = StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    before = there(bucket)
    assert StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1") == first
    assert there(bucket) == before


def test_what_a_killed_try_left_is_finished(tmp_path: Path, bucket: Bucket) -> None:
    """A file and no label: the sender died between them."""
    put(bucket, f"{PLACE}/brief.pdf", parcels.PDF)
    StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    assert set(there(bucket)) == {f"{PLACE}/brief.pdf", f"{PLACE}/brief.html", f"{PLACE}/{LABEL}"}


def test_two_senders_at_once_leave_one_whole_delivery(tmp_path: Path, bucket: Bucket) -> None:
    parcel = parcels.parcel(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: StoreDelivery(bucket).send(parcel, (), "key-1"), range(4)))
    assert len(set(map(str, receipts))) == 1
    assert len(there(bucket)) == 3


def test_a_later_issue_of_the_day_replaces_ours(tmp_path: Path, bucket: Bucket) -> None:
    StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    StoreDelivery(bucket).send(parcels.parcel(tmp_path, pdf=b"%PDF-1.7 corrected\n"), (), "key-2")
    found = there(bucket)
    assert found[f"{PLACE}/brief.pdf"] == b"%PDF-1.7 corrected\n"
    assert json.loads(found[f"{PLACE}/{LABEL}"])["key"] == "key-2"


@pytest.mark.parametrize(
    ("name", "data"), [("brief.pdf", b"somebody's"), (LABEL, b"somebody's"), (LABEL, b'{"delivered by": "another"}')]
)
def test_what_is_somebody_elses_stays_as_it_is(tmp_path: Path, bucket: Bucket, name: str, data: bytes) -> None:
    put(bucket, f"{PLACE}/{name}", data)
    with pytest.raises(NotDelivered, match="nothing is overwritten") as told:
        StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    assert not told.value.again
    assert there(bucket)[f"{PLACE}/{name}"] == data


def test_a_file_of_ours_that_somebody_changed_stays(tmp_path: Path, bucket: Bucket) -> None:
    StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "key-1")
    put(bucket, f"{PLACE}/brief.pdf", b"annotated")
    with pytest.raises(NotDelivered, match="nothing is overwritten"):
        StoreDelivery(bucket).send(parcels.parcel(tmp_path, pdf=b"%PDF-1.7 corrected\n"), (), "key-2")
    assert there(bucket)[f"{PLACE}/brief.pdf"] == b"annotated"


def test_a_bucket_that_is_not_there_is_final(tmp_path: Path, bucket: Bucket) -> None:
    with pytest.raises(NotDelivered, match="is not there") as told:
        StoreDelivery(replace(bucket, name="no-such-bucket")).send(parcels.parcel(tmp_path), (), "k")
    assert not told.value.again


def test_nobody_listening_is_tried_again_and_keys_are_not_told(tmp_path: Path) -> None:
    nowhere = Bucket("b", endpoint="http://127.0.0.1:9", key="AKIA", secret=SECRET)
    with pytest.raises(NotDelivered, match="cannot be reached") as told:
        StoreDelivery(nowhere).send(parcels.parcel(tmp_path), (), "k")
    assert told.value.again
    assert SECRET not in told.value.why + repr(nowhere)


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "nonsense"}, {"name": "a b"}, {"key": "AKIA\n"}, {"prefix": "../x"}, {"prefix": "a//b"}]
)
def test_what_cannot_stand_in_a_request_is_told_though_the_library_panics(
    tmp_path: Path, wrong: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    bucket = replace(Bucket("b", endpoint="http://127.0.0.1:9", key="AKIA", secret=SECRET), **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotDelivered, match="cannot be used") as told:
        StoreDelivery(bucket).send(parcels.parcel(tmp_path), (), "k")
    assert not told.value.again
    assert SECRET not in told.value.why
    capfd.readouterr()  # what it panics about is printed by the library
