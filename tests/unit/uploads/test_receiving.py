"""Bytes on their way to the disk: what was promised is there, whatever happens."""

import base64
import hashlib
import os
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.errors.recordings import UnreadableMedia
from backend.errors.storage import StorageFull
from backend.errors.uploads import (
    ChecksumWrong,
    UploadBusy,
    UploadGone,
    UploadNotFound,
    UploadOffsetWrong,
    UploadTooLarge,
)
from backend.uploads.protocol import Checksum, read_checksum
from backend.uploads.receiving import Receiver
from backend.uploads.store import UploadStore
from tests.full_disks import full_at

CHECKPOINT_BYTES = 100


@pytest.fixture
def store(tmp_path: Path) -> UploadStore:
    return UploadStore(
        tmp_path / "uploads", max_bytes=10_000, reserve_bytes=0, checkpoint_bytes=CHECKPOINT_BYTES
    )


def checksum_of(content: bytes) -> Checksum:
    encoded = base64.b64encode(hashlib.sha256(content).digest()).decode()
    checksum = read_checksum(f"sha256 {encoded}")
    assert checksum is not None
    return checksum


def send(
    store: UploadStore, upload_id: str, offset: int, content: bytes, checksum: bytes | None = None
) -> int:
    """Send bytes as one request does; returns the offset afterwards."""
    expected = None if checksum is None else checksum_of(checksum)
    with store.locked(upload_id) as upload:
        with closing(Receiver(upload, offset, expected)) as receiver:
            receiver.write(content)
            receiver.finish()
        return upload.state.offset


def content_of(store: UploadStore, upload_id: str) -> bytes:
    return (store.directory / upload_id / upload_id).read_bytes()


def sha256_of(store: UploadStore, upload_id: str) -> str:
    with store.locked(upload_id) as upload:
        return upload.sha256()


# --- as it should be -------------------------------------------------------------------------


def test_pieces_make_the_whole(store: UploadStore) -> None:
    upload_id = store.create(6, None)

    send(store, upload_id, 0, b"abc")
    send(store, upload_id, 3, b"def")

    assert store.read(upload_id).is_whole
    assert content_of(store, upload_id) == b"abcdef"
    assert sha256_of(store, upload_id) == hashlib.sha256(b"abcdef").hexdigest()


def test_another_process_goes_on_and_knows_the_hash(store: UploadStore) -> None:
    upload_id = store.create(6, None)
    send(store, upload_id, 0, b"abc")

    after_restart = UploadStore(store.directory, reserve_bytes=0)
    send(after_restart, upload_id, 3, b"def")

    assert sha256_of(after_restart, upload_id) == hashlib.sha256(b"abcdef").hexdigest()


def test_what_came_before_a_connection_dropped_is_kept(store: UploadStore) -> None:
    upload_id = store.create(6, None)

    with store.locked(upload_id) as upload, closing(Receiver(upload, 0)) as receiver:
        receiver.write(b"abc")  # and nothing more

    assert store.read(upload_id).offset == 3


def test_what_was_under_way_when_a_process_was_killed_is_sent_again(store: UploadStore) -> None:
    upload_id = store.create(300, None)
    with store.locked(upload_id) as upload:
        receiver = Receiver(upload, 0)
        receiver.write(b"a" * CHECKPOINT_BYTES)
        receiver.write(b"b" * 10)  # not yet safe
        receiver._file.close()  # all that the system does for a killed process

    assert store.read(upload_id).offset == CHECKPOINT_BYTES
    send(store, upload_id, CHECKPOINT_BYTES, b"c" * 200)

    assert content_of(store, upload_id) == b"a" * 100 + b"c" * 200
    assert sha256_of(store, upload_id) == hashlib.sha256(b"a" * 100 + b"c" * 200).hexdigest()


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 2, 4, 6, 10**17])
def test_bytes_that_overlap_or_skip_are_refused(store: UploadStore, offset: int) -> None:
    upload_id = store.create(6, None)
    send(store, upload_id, 0, b"abc")

    with pytest.raises(UploadOffsetWrong, match="go on at 3"):
        send(store, upload_id, offset, b"x")

    assert content_of(store, upload_id) == b"abc"


def test_more_than_was_declared_is_refused(store: UploadStore) -> None:
    upload_id = store.create(6, None)

    with pytest.raises(UploadTooLarge):
        send(store, upload_id, 0, b"abcdefg")

    assert store.read(upload_id).offset == 0
    assert content_of(store, upload_id) == b""


def test_an_upload_larger_than_any_may_be_is_refused_before_it_begins(store: UploadStore) -> None:
    with pytest.raises(UploadTooLarge):
        store.create(10_001, None)
    with pytest.raises(UnreadableMedia):
        store.create(0, None)

    assert store.ids() == []


def test_bytes_with_a_wrong_checksum_are_not_taken(store: UploadStore) -> None:
    upload_id = store.create(500, None)
    send(store, upload_id, 0, b"abc")

    with pytest.raises(ChecksumWrong):
        send(store, upload_id, 3, b"x" * 300, checksum=b"y" * 300)
    assert store.read(upload_id).offset == 3
    send(store, upload_id, 3, b"y" * 497, checksum=b"y" * 497)

    assert sha256_of(store, upload_id) == hashlib.sha256(b"abc" + b"y" * 497).hexdigest()


def test_half_of_what_has_a_checksum_is_not_taken(store: UploadStore) -> None:
    upload_id = store.create(500, None)

    whole = checksum_of(b"a" * 500)
    with store.locked(upload_id) as upload, closing(Receiver(upload, 0, whole)) as receiver:
        receiver.write(b"a" * 250)

    assert store.read(upload_id).offset == 0
    assert content_of(store, upload_id) == b""


def test_of_two_that_write_at_once_one_is_refused(store: UploadStore) -> None:
    upload_id = store.create(6, None)

    with store.locked(upload_id):
        with pytest.raises(UploadBusy):
            store.lock(upload_id)
        with pytest.raises(UploadBusy):
            UploadStore(store.directory).lock(upload_id)  # as another process would

    send(store, upload_id, 0, b"abcdef")


@pytest.mark.parametrize("upload_id", ["", "..", "x", "0" * 31, "0" * 33, "../" + "0" * 29])
def test_what_is_no_upload_is_not_found(store: UploadStore, upload_id: str) -> None:
    for look in (store.read, store.lock):
        with pytest.raises(UploadNotFound):
            look(upload_id)
    with pytest.raises(UploadNotFound):
        store.read("0" * 32)


def test_an_upload_that_was_given_up_takes_nothing(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads", reserve_bytes=0, kept=timedelta(seconds=-1))
    upload_id = store.create(6, None)

    with pytest.raises(UploadGone):
        store.read(upload_id)
    with pytest.raises(UploadGone):
        send(store, upload_id, 0, b"abc")


# --- a full disk -----------------------------------------------------------------------------


def test_an_upload_goes_on_after_the_disk_was_full(store: UploadStore) -> None:
    content = os.urandom(9_000)
    upload_id = store.create(9_000, None)
    send(store, upload_id, 0, content[:1000])

    with (
        full_at(5_000),
        store.locked(upload_id) as upload,
        closing(Receiver(upload, 1000)) as receiver,
    ):
        receiver.write(content[1000:3000])
        with pytest.raises(StorageFull):
            receiver.write(content[3000:9000])

    offset = store.read(upload_id).offset
    assert 1000 < offset <= 5_000
    send(store, upload_id, offset, content[offset:])
    assert sha256_of(store, upload_id) == hashlib.sha256(content).hexdigest()


def test_an_upload_leaves_room_for_the_database(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads", reserve_bytes=1 << 60)

    with pytest.raises(StorageFull, match="not enough room"):
        store.create(10, None)

    assert store.ids() == []


def test_an_upload_stops_where_others_fill_the_disk_and_goes_on_later(store: UploadStore) -> None:
    upload_id = store.create(300, None)
    store.reserve_bytes = 1 << 60

    with (
        store.locked(upload_id) as upload,
        closing(Receiver(upload, 0)) as receiver,
        pytest.raises(StorageFull),
    ):
        receiver.write(b"a" * 150)

    store.reserve_bytes = 0
    assert send(store, upload_id, 150, b"b" * 150) == 300


# --- anything in any order -------------------------------------------------------------------


class Uploading(RuleBasedStateMachine):
    """A client, a server and their accidents: the offset promises what is there."""

    @initialize(content=st.binary(min_size=1, max_size=600))
    def begin(self, content: bytes) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.content = content
        self.store = self._new_store()
        self.upload_id = self.store.create(len(content), None)
        self.promised = 0

    def _new_store(self) -> UploadStore:
        folder = Path(self._folder.name)
        return UploadStore(folder, reserve_bytes=0, checkpoint_bytes=CHECKPOINT_BYTES)

    @property
    def offset(self) -> int:
        return self.store.read(self.upload_id).offset

    def _rest(self, n_bytes: int) -> bytes:
        return self.content[self.offset : self.offset + n_bytes]

    @rule(n_bytes=st.integers(0, 250), has_checksum=st.booleans())
    def send_some(self, n_bytes: int, has_checksum: bool) -> None:
        rest = self._rest(n_bytes)
        checksum = rest if has_checksum else None
        self.promised = send(self.store, self.upload_id, self.offset, rest, checksum)

    @rule(n_bytes=st.integers(1, 250))
    def send_damaged(self, n_bytes: int) -> None:
        rest = self._rest(n_bytes)
        with pytest.raises(ChecksumWrong):
            send(self.store, self.upload_id, self.offset, rest, checksum=rest + b"!")

    @rule(n_bytes=st.integers(0, 250), has_checksum=st.booleans())
    def lose_the_connection(self, n_bytes: int, has_checksum: bool) -> None:
        rest = self._rest(n_bytes)
        checksum = checksum_of(rest + b"!") if has_checksum else None
        with (
            self.store.locked(self.upload_id) as upload,
            closing(Receiver(upload, upload.state.offset, checksum)) as receiver,
        ):
            receiver.write(rest)

    @rule(pieces=st.lists(st.integers(1, 120), max_size=4))
    def be_killed(self, pieces: list[int]) -> None:
        with self.store.locked(self.upload_id) as upload:
            receiver = Receiver(upload, upload.state.offset)
            start = upload.state.offset
            for n_bytes in pieces:
                receiver.write(self.content[start : start + n_bytes])
                start += n_bytes
            receiver._file.close()  # the system does
        self.store = self._new_store()

    @rule()
    def restart(self) -> None:
        self.store = self._new_store()

    @rule(away=st.integers(-50, 50).filter(bool))
    def send_to_another_place(self, away: int) -> None:
        with pytest.raises(UploadOffsetWrong):
            send(self.store, self.upload_id, self.offset + away, b"x")

    @rule()
    def send_too_much(self) -> None:
        with pytest.raises(UploadTooLarge):
            send(self.store, self.upload_id, self.offset, self._rest(1000) + b"x")

    @invariant()
    def what_is_promised_is_there(self) -> None:
        assert self.promised <= self.offset <= len(self.content)
        there = content_of(self.store, self.upload_id)[: self.offset]
        assert there == self.content[: self.offset]
        self.promised = self.offset

    @precondition(lambda self: self.offset == len(self.content))
    @rule()
    def compare_the_whole(self) -> None:
        expected = hashlib.sha256(self.content).hexdigest()
        assert sha256_of(self.store, self.upload_id) == expected

    def teardown(self) -> None:
        self._folder.cleanup()


TestUploading = Uploading.TestCase
TestUploading.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
