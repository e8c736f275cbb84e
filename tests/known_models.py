"""A catalogue of one model, of the nano model's files, for tests of where models come from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from backend.speech.model_catalogue import (
    WEIGHTS,
    CatalogueFile,
    CatalogueModel,
    PackagedPart,
)
from tests.audio_files import NANO_MODEL_DIR
from tests.stubs.package_index import make_package

NAME = "nano"
REPOSITORY = "school/nano-whisper"
COMMIT = "c" * 40


@dataclass(frozen=True)
class KnownModel:
    """A catalogue, and the packages that carry its model in two pieces."""

    catalogue: dict[str, CatalogueModel]
    wheels: dict[str, bytes]
    """By file name."""

    @property
    def model(self) -> CatalogueModel:
        return self.catalogue[NAME]


def know_nano(directory: Path = NANO_MODEL_DIR) -> KnownModel:
    contents = {path.name: path.read_bytes() for path in sorted(directory.iterdir())}
    weights = contents[WEIGHTS]
    small = {name: content for name, content in contents.items() if name != WEIGHTS}
    half = len(weights) // 2
    first, first_wheel = make_package(
        "nano-part1",
        {f"nano_part1/{name}": content for name, content in small.items()}
        | {"nano_part1/model.bin.part1": weights[:half]},
    )
    second, second_wheel = make_package("nano-part2", {"nano_part2/data": weights[half:]})
    packaged: dict[str, tuple[PackagedPart, ...]] = {
        name: (PackagedPart(first, f"nano_part1/{name}"),) for name in small
    }
    packaged[WEIGHTS] = (
        PackagedPart(first, "nano_part1/model.bin.part1"),
        PackagedPart(second, "nano_part2/data"),
    )
    files = [_file(name, contents[name]) for name in (*small, WEIGHTS)]
    model = CatalogueModel(REPOSITORY, COMMIT, tuple(files), 20, packaged=packaged)
    return KnownModel({NAME: model}, {first.file_name: first_wheel, second.file_name: second_wheel})


def _file(name: str, content: bytes) -> CatalogueFile:
    return CatalogueFile(name, len(content), hashlib.sha256(content).hexdigest())
