import hashlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.errors.recognisers import (
    DownloadFailed,
    ModelIncomplete,
    ModelNotInstalled,
    UnknownModel,
)
from backend.speech.hub import Deadlines
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.model_download import Listener, download_model
from backend.speech.model_store import (
    MODEL_FILES,
    RECORD,
    check_model,
    describe_model,
    installed_models,
    resolve_model,
)
from tests.stubs.hub import Fault, HubStub, serve_hub

NANO = Path(__file__).parents[2] / "data" / "nano-whisper"
NAME = "school/nano-whisper"
SHORT = Deadlines(connect_seconds=1, stall_seconds=0.5, overall_seconds=30)
GENEROUS_SECONDS = 15


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that may be damaged."""
    return copy_nano(tmp_path / "model")


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubStub]:
    with serve_hub(copy_nano(tmp_path / "repository")) as stub:
        yield stub


def copy_nano(directory: Path) -> Path:
    directory.mkdir(parents=True)
    for file in NANO.iterdir():
        shutil.copyfile(file, directory / file.name)
    return directory


def fetch(hub: HubStub, models_dir: Path, name: str = NAME, **options: object) -> Path:
    given = {"endpoint": hub.endpoint, "deadlines": SHORT, **options}
    return download_model(name, models_dir, **given).directory  # type: ignore[arg-type]


class Progress(Listener):
    """Does something with each progress."""

    def __init__(self, heard: Callable[[int, int], None]) -> None:
        self._heard = heard

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        self._heard(done_bytes, total_bytes)


def contents(directory: Path) -> dict[str, str]:
    """The checksums of a model's files, without the note of where it came from."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.iterdir()
        if path.name != RECORD
    }


# --- names and places ------------------------------------------------------------------------


def test_the_names_are_those_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    assert {name: model.repository for name, model in CATALOGUE.items()} == _MODELS


@pytest.mark.parametrize(
    ("name", "expected"),
    [("small", "small"), ("large-v3", "large-v3"), ("owner/repository", "owner--repository")],
)
def test_a_name_is_a_directory_of_the_models_directory(
    name: str, expected: str, models_dir: Path
) -> None:
    assert resolve_model(name, models_dir) == models_dir / expected


def test_a_path_is_taken_as_it_is(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert resolve_model(str(tmp_path / "absent"), models_dir) == tmp_path / "absent"
    assert resolve_model("./absent", models_dir) == tmp_path / "absent"
    assert resolve_model("here/mine", models_dir) == tmp_path / "here" / "mine"
    assert resolve_model("~/absent", models_dir) == Path.home() / "absent"


@pytest.mark.parametrize(
    "name",
    [
        *("a/../../b", "a/b/c", "small\n", "sm all", "", "a/..", "\0"),
        *("x" * 5000, "a/" + "x" * 5000, "~no-such-user-here/model"),
    ],
    ids=lambda name: repr(name[:12]),
)
def test_a_name_cannot_lead_out_of_the_models_directory(name: str, models_dir: Path) -> None:
    with pytest.raises((UnknownModel, ModelNotInstalled)):
        resolve_model(name, models_dir)


# --- whether it can be used ------------------------------------------------------------------


def test_a_whole_model_passes(model: Path) -> None:
    check_model(model)


def test_a_vocabulary_in_the_older_text_form_passes(model: Path) -> None:
    words = json.loads((model / "vocabulary.json").read_text())
    (model / "vocabulary.txt").write_text("\n".join(words))
    (model / "vocabulary.json").unlink()

    check_model(model)


def test_a_model_of_80_mel_bands_needs_no_preprocessor_config(model: Path) -> None:
    (model / "preprocessor_config.json").unlink()

    check_model(model)


def test_a_missing_model_says_how_to_get_it(models_dir: Path) -> None:
    with pytest.raises(ModelNotInstalled) as caught:
        check_model(models_dir / "small")

    assert str(models_dir / "small") in caught.value.message
    assert "`lectern models download small`" in str(caught.value)


def test_a_repository_is_named_as_it_is_asked_for(models_dir: Path) -> None:
    with pytest.raises(ModelNotInstalled, match="lectern models download owner/repository`"):
        check_model(models_dir / "owner--repository")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json", "model.bin"])
def test_each_needed_file_is_missed(name: str, model: Path) -> None:
    (model / name).unlink()

    with pytest.raises(ModelIncomplete, match=f"{name}.* is missing"):
        check_model(model)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json", "model.bin"])
def test_an_empty_file_is_noticed(name: str, model: Path) -> None:
    (model / name).write_bytes(b"")

    with pytest.raises(ModelIncomplete, match=f"{name} is empty"):
        check_model(model)


@pytest.mark.parametrize("name", [name for name in MODEL_FILES if name.endswith(".json")])
@pytest.mark.parametrize("content", [b'{"a": ', b"\xff\xfe", b"3"])
def test_broken_json_is_noticed(name: str, content: bytes, model: Path) -> None:
    (model / name).write_bytes(content)

    with pytest.raises(ModelIncomplete, match=name):
        check_model(model)


@pytest.mark.parametrize("kept_bytes", [1, 5, 30, 2000, 700_000, 2_800_000, 2_868_047])
def test_cut_weights_are_noticed(kept_bytes: int, model: Path) -> None:
    os.truncate(model / "model.bin", kept_bytes)

    with pytest.raises(ModelIncomplete, match=r"model\.bin is cut off"):
        check_model(model)


@pytest.mark.parametrize(
    "content",
    [b"version https://git-lfs.example/spec/v1\noid sha256:0\n", b"<html>" * 9, b"\0" * 99],
)
def test_something_else_in_place_of_the_weights_is_noticed(content: bytes, model: Path) -> None:
    (model / "model.bin").write_bytes(content)

    with pytest.raises(ModelIncomplete, match=r"model\.bin"):
        check_model(model)


def test_a_preprocessor_config_of_another_model_is_noticed(model: Path) -> None:
    (model / "preprocessor_config.json").write_text('{"feature_size": 128}')

    with pytest.raises(ModelIncomplete, match=r"says 128 mel bands, but model\.bin has 80"):
        check_model(model)


def test_a_model_of_128_mel_bands_needs_its_preprocessor_config(model: Path) -> None:
    weights = bytearray((model / "model.bin").read_bytes())
    name = b"encoder/conv1/weight\0"
    bands_at = weights.index(name) + len(name) + 1 + 4
    assert weights[bands_at] == 80
    weights[bands_at] = 128
    (model / "model.bin").write_bytes(weights)
    (model / "preprocessor_config.json").unlink()

    with pytest.raises(ModelIncomplete, match=r"preprocessor_config\.json is missing.*128"):
        check_model(model)


# --- what is installed -----------------------------------------------------------------------


def test_the_identity_is_that_of_the_content(model: Path, tmp_path: Path) -> None:
    copy = copy_nano(tmp_path / "copy")

    assert describe_model(copy) == describe_model(model)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json", "model.bin"])
def test_another_content_of_the_same_size_has_another_identity(name: str, model: Path) -> None:
    before = describe_model(model)
    content = (model / name).read_bytes()
    (model / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    after = describe_model(model)

    assert after.identity != before.identity
    assert after.size_bytes == before.size_bytes == sum(p.stat().st_size for p in model.iterdir())


def test_installed_models_are_listed_with_what_is_wrong(models_dir: Path) -> None:
    copy_nano(models_dir / "whole")
    copy_nano(models_dir / "damaged")
    (models_dir / "damaged" / "tokenizer.json").unlink()
    copy_nano(models_dir / ".small.partial")
    (models_dir / "notes.txt").write_text("not a model")

    listed = installed_models(models_dir)

    assert [(model.name, model.problem) for model in listed] == [
        ("damaged", "tokenizer.json is missing"),
        ("whole", None),
    ]
    assert listed[1].directory == models_dir / "whole"
    assert listed[1].size_bytes == sum(file.stat().st_size for file in NANO.iterdir())


def test_no_models_directory_means_no_models(models_dir: Path) -> None:
    assert installed_models(models_dir) == []


# --- downloading: what goes well -------------------------------------------------------------


def test_the_stub_speaks_as_huggingface_hub_expects(hub: HubStub, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    for name in ("model.bin", "config.json"):
        path = hf_hub_download(NAME, name, endpoint=hub.endpoint, local_dir=tmp_path / "local")

        assert Path(path).read_bytes() == (NANO / name).read_bytes()


def test_a_download_brings_the_whole_model(hub: HubStub, models_dir: Path) -> None:
    progress: list[tuple[int, int]] = []

    directory = fetch(hub, models_dir, listener=Progress(lambda *bytes_: progress.append(bytes_)))

    assert directory == resolve_model(NAME, models_dir)
    assert contents(directory) == contents(NANO)
    total_bytes = sum(file.stat().st_size for file in NANO.iterdir())
    assert {total for _, total in progress} == {total_bytes}
    assert all(a <= b for (a, _), (b, _) in itertools.pairwise(progress))
    assert progress[-1] == (total_bytes, total_bytes)
    assert [model.name for model in installed_models(models_dir)] == [directory.name]


def test_a_usual_name_is_fetched_from_its_repository(hub: HubStub, models_dir: Path) -> None:
    known = CATALOGUE["distil-large-v2"]
    hub.repository, hub.commit = known.repository, known.revision

    directory = fetch(hub, models_dir, "distil-large-v2")

    assert directory == models_dir / "distil-large-v2"
    check_model(directory)


def test_other_files_of_the_repository_are_left_there(hub: HubStub, models_dir: Path) -> None:
    (hub.directory / "README.md").write_text("read me")
    (hub.directory / "pytorch_model.bin").write_text("not ours")

    assert set(contents(fetch(hub, models_dir))) == set(contents(NANO))


def test_all_files_are_of_one_commit(hub: HubStub, models_dir: Path) -> None:
    fetch(hub, models_dir)

    resolved = [r.path.split("/")[4] for r in hub.requests if "/resolve/" in r.path]
    assert resolved[0] == "main"
    assert set(resolved[1:]) == {hub.commit}


def test_a_current_model_is_not_fetched_again(hub: HubStub, models_dir: Path) -> None:
    fetch(hub, models_dir)
    hub.requests.clear()

    fetch(hub, models_dir)

    assert hub.bodies_asked() == []


def test_a_damaged_model_is_replaced(hub: HubStub, models_dir: Path) -> None:
    directory = fetch(hub, models_dir)
    (directory / "model.bin").write_bytes(b"damaged")
    (directory / "vocabulary.json").unlink()

    fetch(hub, models_dir)

    assert contents(directory) == contents(NANO)
    assert [path for path in models_dir.iterdir() if path.is_dir()] == [directory]


def test_a_mirror_without_checksums_will_do(hub: HubStub, models_dir: Path) -> None:
    hub.own_etags = "version/2"

    assert contents(fetch(hub, models_dir)) == contents(NANO)


def test_the_token_stays_with_the_hub(
    hub: HubStub, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    fetch(hub, models_dir)

    assert {r.authorization for r in hub.requests if r.host == "127.0.0.1"} == {"Bearer hf_secret"}
    assert {r.authorization for r in hub.requests if r.host == "localhost"} == {None}


def test_a_second_download_waits_for_the_first_and_shares_it(
    hub: HubStub, models_dir: Path
) -> None:
    hub.fault = Fault.STALL
    patient = Deadlines(stall_seconds=GENEROUS_SECONDS)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fetch, hub, models_dir, deadlines=patient)
        assert hub.half_sent.wait(GENEROUS_SECONDS)
        with pytest.raises(DownloadFailed, match="Another process has been downloading"):
            fetch(hub, models_dir, deadlines=Deadlines(overall_seconds=0.5))
        second = pool.submit(fetch, hub, models_dir, deadlines=patient)
        hub.released.set()

        assert first.result() == second.result()

    assert len(hub.bodies_asked()) == 1
    check_model(first.result())


# --- downloading: going on -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "announces_length"), [(Fault.STALL, True), (Fault.CUT, True), (Fault.CUT, False)]
)
def test_a_broken_download_goes_on_where_it_stopped(
    fault: Fault, announces_length: bool, hub: HubStub, models_dir: Path
) -> None:
    half_bytes = (NANO / "model.bin").stat().st_size // 2
    hub.fault, hub.announces_length = fault, announces_length
    with pytest.raises(DownloadFailed, match=f"{half_bytes} of {2 * half_bytes} bytes of model"):
        fetch(hub, models_dir)
    assert installed_models(models_dir) == []
    hub.fault = Fault.NONE
    hub.requests.clear()

    directory = fetch(hub, models_dir)

    assert [request.range for request in hub.bodies_asked()] == [f"bytes={half_bytes}-"]
    assert contents(directory) == contents(NANO)
    assert not (models_dir / f".{directory.name}.partial").exists()


def test_an_interrupted_download_goes_on_where_it_stopped(hub: HubStub, models_dir: Path) -> None:
    def interrupt_half_way(done_bytes: int, total_bytes: int) -> None:
        if done_bytes > total_bytes / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(hub, models_dir, listener=Progress(interrupt_half_way))
    hub.requests.clear()

    directory = fetch(hub, models_dir)

    (request,) = hub.bodies_asked()
    assert request.range is not None
    assert contents(directory) == contents(NANO)


def test_a_server_without_ranges_is_asked_from_the_start(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.CUT
    with pytest.raises(DownloadFailed):
        fetch(hub, models_dir)
    hub.fault, hub.honours_range = Fault.NONE, False

    assert contents(fetch(hub, models_dir)) == contents(NANO)


def test_a_login_page_does_not_cost_what_came_before(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.CUT
    with pytest.raises(DownloadFailed):
        fetch(hub, models_dir)
    hub.fault = Fault.LOGIN_PAGE
    with pytest.raises(DownloadFailed, match=r"wrong size.*login"):
        fetch(hub, models_dir)
    hub.fault = Fault.NONE
    hub.requests.clear()

    fetch(hub, models_dir)

    (request,) = hub.bodies_asked()
    assert request.range == f"bytes={(NANO / 'model.bin').stat().st_size // 2}-"


def test_a_part_of_an_older_version_is_not_gone_on_with(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.CUT
    with pytest.raises(DownloadFailed):
        fetch(hub, models_dir)
    hub.fault, hub.commit = Fault.NONE, "d" * 40
    weights = bytearray((NANO / "model.bin").read_bytes())
    weights[1000] ^= 1
    (hub.directory / "model.bin").write_bytes(weights)
    hub.requests.clear()

    directory = fetch(hub, models_dir)

    assert [request.range for request in hub.bodies_asked()] == [None]
    assert (directory / "model.bin").read_bytes() == weights
    assert set(contents(directory)) == set(contents(NANO))


def test_a_replacement_that_was_interrupted_is_mended(hub: HubStub, models_dir: Path) -> None:
    directory = fetch(hub, models_dir)
    directory.rename(models_dir / f".{directory.name}.replaced")
    hub.status = 503

    with pytest.raises(DownloadFailed):
        fetch(hub, models_dir)

    check_model(directory)


# --- downloading: what goes wrong ------------------------------------------------------------


def test_an_unknown_name_is_answered_with_the_names(hub: HubStub, models_dir: Path) -> None:
    with pytest.raises(UnknownModel, match=r"large-v3-turbo.*owner/repository"):
        fetch(hub, models_dir, "huge")

    assert hub.requests == []


@pytest.mark.parametrize(
    ("status", "error_code", "expected"),
    [
        (404, "RepoNotFound", "has no model school/nano-whisper"),
        (404, None, "has no model school/nano-whisper"),
        (401, "RepoNotFound", "does not give out model school/nano-whisper.*HF_TOKEN"),
        (403, "GatedRepo", "terms accepted.*HF_TOKEN"),
        (429, None, "slow down.*in 7 s"),
        (500, None, r"fault of its own \(500\)"),
        (503, None, r"fault of its own \(503\)"),
        (405, None, "answered 405"),
    ],
)
def test_a_refusal_is_told_in_words(
    status: int, error_code: str | None, expected: str, hub: HubStub, models_dir: Path
) -> None:
    hub.status, hub.error_code = status, error_code

    with pytest.raises(DownloadFailed, match=expected):
        fetch(hub, models_dir)


def test_a_server_that_never_answers_is_given_up(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.HANG
    begun = time.monotonic()

    with pytest.raises(DownloadFailed, match=r"does not answer \(waited 0\.5 s\)"):
        fetch(hub, models_dir)

    assert time.monotonic() - begun < GENEROUS_SECONDS


def test_a_stall_is_given_up(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.STALL
    begun = time.monotonic()

    with pytest.raises(DownloadFailed, match=r"stopped sending at .*model\.bin"):
        fetch(hub, models_dir)

    assert time.monotonic() - begun < GENEROUS_SECONDS


def test_a_trickle_ends_with_the_overall_deadline(hub: HubStub, models_dir: Path) -> None:
    hub.fault = Fault.TRICKLE
    begun = time.monotonic()

    with pytest.raises(DownloadFailed, match="the time it was given"):
        fetch(hub, models_dir, deadlines=Deadlines(stall_seconds=5, overall_seconds=1.5))

    assert time.monotonic() - begun < GENEROUS_SECONDS


def test_a_server_that_accepts_no_connection_is_given_up(models_dir: Path) -> None:
    with socket.socket() as listener, socket.socket() as queued, socket.socket() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for client in (queued, waiting):  # With the queue full, further ones wait for ever.
            client.setblocking(False)
            client.connect_ex(address)
        begun = time.monotonic()

        with pytest.raises(DownloadFailed, match="did not accept a connection within 1 s"):
            download_model(
                NAME, models_dir, endpoint=f"http://127.0.0.1:{address[1]}", deadlines=SHORT
            )

        assert time.monotonic() - begun < 6


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:9", "127.0.0.1:9 cannot be reached"),
        ("http://no-such-host.invalid", "no-such-host.invalid cannot be reached"),
        ("ftp://127.0.0.1", "is not an address"),
        ("hub", "is not an address"),
    ],
)
def test_an_unreachable_server_is_told_in_words(
    endpoint: str, expected: str, models_dir: Path
) -> None:
    with pytest.raises(DownloadFailed, match=f"{expected}.*check the network"):
        download_model(NAME, models_dir, endpoint=endpoint, deadlines=SHORT)


def test_large_files_that_are_blocked_are_told_by_their_server(
    hub: HubStub, models_dir: Path
) -> None:
    hub.cdn = "http://127.0.0.1:9"

    with pytest.raises(DownloadFailed, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        fetch(hub, models_dir)


@pytest.mark.parametrize(
    ("fault", "announces_length", "expected"),
    [
        (Fault.WRONG_BYTES, True, "wrong checksum"),
        (Fault.TOO_LONG, True, "wrong size"),
        (Fault.TOO_LONG, False, "wrong size: more came"),
    ],
)
def test_damage_on_the_way_is_noticed_and_thrown_away(
    fault: Fault, announces_length: bool, expected: str, hub: HubStub, models_dir: Path
) -> None:
    hub.fault, hub.announces_length = fault, announces_length
    with pytest.raises(DownloadFailed, match=expected):
        fetch(hub, models_dir)
    assert installed_models(models_dir) == []
    hub.fault = Fault.NONE

    assert contents(fetch(hub, models_dir)) == contents(NANO)


@pytest.mark.parametrize(
    "fault", [Fault.HANG, Fault.STALL, Fault.CUT, Fault.WRONG_BYTES, Fault.TOO_LONG]
)
def test_a_failed_download_leaves_the_older_model_alone(
    fault: Fault, hub: HubStub, models_dir: Path
) -> None:
    directory = fetch(hub, models_dir)
    before = contents(directory)
    weights = bytearray((NANO / "model.bin").read_bytes())
    weights[1000] ^= 1
    (hub.directory / "model.bin").write_bytes(weights)
    hub.fault = fault

    with pytest.raises(DownloadFailed):
        fetch(hub, models_dir)

    assert contents(directory) == before


def test_a_server_that_is_no_hub_is_told_from_one(hub: HubStub, models_dir: Path) -> None:
    hub.has_etags = False

    with pytest.raises(DownloadFailed, match="not as a Hugging Face hub does"):
        fetch(hub, models_dir)


def test_a_repository_that_is_no_model_is_refused_before_the_download(
    hub: HubStub, models_dir: Path
) -> None:
    (hub.directory / "tokenizer.json").unlink()

    with pytest.raises(DownloadFailed, match=r"it has no tokenizer\.json"):
        fetch(hub, models_dir)

    assert hub.bodies_asked() == []


def test_a_download_that_cannot_be_used_is_not_installed(hub: HubStub, models_dir: Path) -> None:
    (hub.directory / "config.json").write_text("{")

    with pytest.raises(DownloadFailed, match=r"cannot be used: config\.json is not JSON"):
        fetch(hub, models_dir)

    assert installed_models(models_dir) == []


def test_a_model_that_does_not_fit_on_the_disk_is_refused_before_the_download(
    hub: HubStub, models_dir: Path
) -> None:
    hub.claimed_sizes["model.bin"] = 10**15

    with pytest.raises(DownloadFailed, match=r"too little space: the download needs 1,000,000,"):
        fetch(hub, models_dir)

    assert hub.bodies_asked() == []


def test_a_models_directory_that_cannot_be_made_is_told_in_words(
    hub: HubStub, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(DownloadFailed, match="LECTERN_MODELS_DIR"):
        fetch(hub, tmp_path / "file" / "models")


DOWNLOAD_IN_A_PROCESS = """
import resource, sys
from pathlib import Path
from backend.errors.recognisers import DownloadFailed
from backend.speech.model_download import download_model

limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    print(download_model("school/nano-whisper", Path(sys.argv[1])).directory)
except DownloadFailed as error:
    print(error.message)
"""


def download_in_a_process(models_dir: Path, largest_file_bytes: int = 0, **variables: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", DOWNLOAD_IN_A_PROCESS, models_dir, str(largest_file_bytes)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_a_disk_that_fills_up_is_told_and_the_download_goes_on_later(
    hub: HubStub, models_dir: Path
) -> None:
    said = download_in_a_process(models_dir, 1_000_000, HF_ENDPOINT=hub.endpoint)

    assert f"The disk of {models_dir} is full" in said
    hub.requests.clear()
    fetch(hub, models_dir)
    (request,) = hub.bodies_asked()
    assert request.range == "bytes=1000000-"


def test_the_endpoint_is_that_of_huggingface_hub(hub: HubStub, models_dir: Path) -> None:
    said = download_in_a_process(models_dir, HF_ENDPOINT=hub.endpoint)

    assert said.strip() == str(resolve_model(NAME, models_dir))


def test_the_offline_mode_of_huggingface_hub_is_respected(hub: HubStub, models_dir: Path) -> None:
    said = download_in_a_process(models_dir, HF_ENDPOINT=hub.endpoint, HF_HUB_OFFLINE="1")

    assert "HF_HUB_OFFLINE is set" in said
    assert hub.requests == []
