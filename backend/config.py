"""Settings: config.yaml and the environment.

This is the only module that reads the environment. Settings are read from disk each time they
are asked for, so that the file may be edited while the program runs; whoever starts a long job
reads them once and keeps what was read.
"""

import difflib
import io
import os
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError

from backend.errors import HIDDEN, ConfigError, InvalidValue, StorageFull
from backend.files import make_private_directory, write_whole
from backend.sections import Control, Section, Shown, Words
from backend.speech.engines.registry import TranscriptionSettings

PACKAGE_DIR = Path(__file__).resolve().parent


class Provider(StrEnum):
    """Who corrects and summarises."""

    OPENAI = "OpenAI"
    ANTHROPIC = "Anthropic"
    OFFLINE = "Offline"
    """The built-in rules: no network, no key."""


PROVIDER_URLS = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.ANTHROPIC: "https://api.anthropic.com",
}
"""The providers' own servers."""

SERVER_ADDRESS = (
    r"^(https?)://(?:([^\s/?#@\\]+)@)?(\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:\[\]]+)(?::([0-9]{1,5}))?"
    r"(?:[/?#]\S*)?$"
)
"""Scheme, user, host and port; only what every reader of addresses takes for the same server."""


def _match_provider_case(value: Any) -> Any:
    """Accept `openai` for `OpenAI`: the spelling of a name is no reason to refuse it."""
    by_lower_case = {provider.lower(): provider for provider in Provider}
    return by_lower_case.get(value.lower(), value) if isinstance(value, str) else value


Temperature = Annotated[float, Field(ge=0, le=2)]


class CorrectionSettings(Section):
    """How transcripts are corrected."""

    model: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Model", "Modèle"),
            help=Words(
                "The provider’s name for the model.",
                "Le nom du modèle chez le fournisseur.",
            ),
        ),
    ] = "gpt-4o"
    prompt: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Instructions (prompt)", "Consignes (prompt)"),
            help=Words(
                "Rules that keep each sentence at its time are added automatically.",
                "Les règles qui maintiennent chaque phrase à son moment sont ajoutées "
                "automatiquement.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = (
        "Please correct the following transcript, fixing any errors while maintaining the "
        "original meaning and style."
    )
    temperature: Annotated[
        Temperature | None,
        Shown(
            Words("Temperature", "Température"),
            help=Words(
                "From 0 (predictable) to 2 (inventive). Leave it empty if the model does "
                "not accept a temperature.",
                "De 0 (prévisible) à 2 (inventif). Laissez vide si le modèle n’accepte "
                "pas de température.",
            ),
            step=0.1,
        ),
    ] = 0.3
    """null: not sent, for models that refuse it."""


class SummarySettings(Section):
    """How lessons are summarised."""

    max_length: Annotated[
        int,
        Field(ge=10, le=100_000),
        Shown(Words("Maximum length, in words", "Longueur maximale, en mots")),
    ] = 300
    """Words at most."""
    model: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Model", "Modèle"),
            help=Words(
                "The provider’s name for the model.",
                "Le nom du modèle chez le fournisseur.",
            ),
        ),
    ] = "gpt-4o"
    prompt: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Instructions (prompt)", "Consignes (prompt)"),
            help=Words(
                "Rules on length and sources are added automatically.",
                "Les règles de longueur et de sources sont ajoutées automatiquement.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = "Please provide a concise summary of the following lesson transcript."
    temperature: Annotated[
        Temperature | None,
        Shown(
            Words("Temperature", "Température"),
            help=Words(
                "From 0 (predictable) to 2 (inventive). Leave it empty if the model does "
                "not accept a temperature.",
                "De 0 (prévisible) à 2 (inventif). Laissez vide si le modèle n’accepte "
                "pas de température.",
            ),
            step=0.1,
        ),
    ] = 0.7
    """null: not sent, for models that refuse it."""
    context_tokens: Annotated[
        Annotated[int, Field(ge=1000)] | None,
        Shown(
            Words("Context size, in tokens", "Taille du contexte, en jetons"),
            help=Words(
                "How much the model can read at once; longer transcripts are summarised "
                "in parts. Leave it empty to use the provider’s usual size.",
                "Ce que le modèle peut lire en une fois ; les transcriptions plus "
                "longues sont résumées par parties. Laissez vide pour la taille "
                "habituelle du fournisseur.",
            ),
            step=1000,
        ),
    ] = None
    """Tokens that the model reads at most; null: 128,000 for the providers' own servers, 4,000
    behind a `base_url`. A longer transcript is summarised in parts."""


class LlmSettings(Section):
    """How fast language models are asked."""

    max_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=1000)] | None,
        Shown(
            Words("Simultaneous requests", "Requêtes simultanées"),
            help=Words(
                "For each worker. Leave it empty for no limit.",
                "Pour chaque processus de traitement. Laissez vide pour ne pas limiter.",
            ),
        ),
    ] = None
    """Calls at once of one process, whatever it works on; null: as many as its jobs ask for."""
    requests_per_minute: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Shown(
            Words("Requests per minute", "Requêtes par minute"),
            help=Words(
                "For all workers together. Leave it empty for no limit.",
                "Pour l’ensemble des processus de traitement. Laissez vide pour ne pas limiter.",
            ),
        ),
    ] = None
    """Of all processes together to one provider; null: as fast as it goes."""


class WorkerSettings(Section):
    """What one worker does at once, and when others take its work over."""

    transcriptions: Annotated[
        int,
        Field(ge=1, le=64),
        Shown(
            Words(
                "Simultaneous transcriptions per worker",
                "Transcriptions simultanées par processus",
            ),
            help=Words(
                "Each one needs memory of its own.",
                "Chacune a besoin de sa propre mémoire.",
            ),
        ),
    ] = 1
    """Recordings at once."""
    language_tasks: Annotated[
        int,
        Field(ge=1, le=64),
        Shown(
            Words(
                "Simultaneous corrections and summaries",
                "Corrections et résumés simultanés",
            )
        ),
    ] = 4
    """Corrections and summaries at once."""
    takeover_seconds: Annotated[
        float,
        Field(ge=1, le=3600),
        Shown(
            Words(
                "Time before tasks are taken over, in seconds",
                "Délai avant la reprise des tâches, en secondes",
            ),
            help=Words(
                "When a worker has not responded for this long, another one takes over its tasks.",
                "Quand un processus ne répond plus pendant ce délai, un autre reprend ses tâches.",
            ),
        ),
    ] = 15
    """A worker that has not been seen for so long is taken for dead."""
    keep_days: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Shown(
            Words(
                "Keep finished tasks for, in days",
                "Conservation des tâches terminées, en jours",
            ),
            help=Words(
                "Leave it empty to keep them for ever.",
                "Laissez vide pour les conserver indéfiniment.",
            ),
        ),
    ] = 30
    """Tasks that ended longer ago are forgotten; null keeps them."""


class LibrarySettings(Section):
    """How the library is kept."""

    undo_days: Annotated[
        float,
        Field(ge=0, le=36_500),
        Shown(
            Words(
                "Keep deleted lessons and notes for, in days",
                "Conservation des cours et notes supprimés, en jours",
            ),
            help=Words(
                "They can be restored during this time. With 0, they are deleted at once.",
                "Ils peuvent être restaurés pendant cette durée. Avec 0, la suppression "
                "est immédiate.",
            ),
        ),
    ] = 7
    """How long a removed lesson can be brought back; 0: not at all."""
    watch_folder: Annotated[
        Annotated[str, Field(min_length=1)] | None,
        Shown(
            Words("Watched folder", "Dossier surveillé"),
            help=Words(
                "Recordings placed in this folder on the server are added as lessons "
                "automatically. The folder can only be chosen on the server.",
                "Les enregistrements placés dans ce dossier du serveur sont ajoutés "
                "automatiquement comme cours. Le dossier ne peut être choisi que sur le "
                "serveur.",
            ),
            control=Control.FOLDER,
        ),
    ] = None
    """A folder whose recordings become lessons by themselves; null: none."""
    watch_process: Annotated[
        bool,
        Shown(
            Words(
                "Also transcribe, correct and summarise them",
                "Les transcrire, corriger et résumer aussi",
            )
        ),
    ] = False
    """Whether these are then transcribed, corrected and summarised, too."""


class ChangeableSettings(Section):
    """What config.yaml says, and whoever changes settings may change."""

    api_key: SecretStr = SecretStr("")
    """Empty: OPENAI_API_KEY or ANTHROPIC_API_KEY is used."""
    provider: Annotated[Provider, BeforeValidator(_match_provider_case)] = Provider.OFFLINE
    base_url: Annotated[str, Field(pattern=SERVER_ADDRESS)] | None = None
    """Another server that speaks the chosen provider's API; then the key may be empty."""
    transcription: TranscriptionSettings = TranscriptionSettings()
    correction: CorrectionSettings = CorrectionSettings()
    summary: SummarySettings = SummarySettings()
    llm: LlmSettings = LlmSettings()
    worker: WorkerSettings = WorkerSettings()
    library: LibrarySettings = LibrarySettings()


class Settings(ChangeableSettings):
    """What config.yaml says."""

    api_key_server: Annotated[str, Field(pattern=SERVER_ADDRESS)] | None = None
    """The server that `api_key` was typed for, and that alone it is sent to; null: any that is
    chosen. Written with the key, but for one that the file's editor writes."""


# --- the environment -------------------------------------------------------------------------


def data_dir() -> Path:
    """Where everything is kept: LECTERN_DATA_DIR, else `backend/data` in a source checkout, else
    the user's data directory."""
    named = os.environ.get("LECTERN_DATA_DIR")
    if named:
        return _expand(named, "LECTERN_DATA_DIR")
    if (PACKAGE_DIR.parent / "pyproject.toml").is_file():
        return PACKAGE_DIR / "data"
    import platformdirs

    return Path(platformdirs.user_data_dir("lectern", appauthor=False))


def _expand(named: str, variable: str) -> Path:
    try:
        directory = Path(named).expanduser().absolute()
    except RuntimeError as error:
        raise ConfigError(
            f"{variable} is {named}, and there is no such home directory: write it in full."
        ) from error
    # What follows a question mark would be options in the address of the SQLite file.
    if "?" in str(directory):
        raise ConfigError(
            f"The directory {directory} has a question mark in its name: choose another with "
            f"{variable}."
        )
    return directory


DATABASE_SCHEMES = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""The schemes of LECTERN_DATABASE_URL, and what SQLAlchemy calls them."""


def database_url() -> str:
    """LECTERN_DATABASE_URL, else the SQLite file in the data directory."""
    named = os.environ.get("LECTERN_DATABASE_URL")
    if not named:
        return f"sqlite:///{data_dir() / 'lectern.db'}"
    scheme, _, rest = named.partition("://")
    if scheme not in DATABASE_SCHEMES or not _has_valid_port(named):
        # Without the address itself, which may hold a password.
        raise ConfigError(
            "LECTERN_DATABASE_URL is not the address of a database: write it as "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or leave it out for the SQLite file "
            "in the data directory."
        )
    return f"{DATABASE_SCHEMES[scheme]}://{rest}"


def _has_valid_port(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    return port is None or port > 0


def api_key_for(settings: Settings) -> str:
    """The key for the chosen server: config.yaml's, else the provider's own variable, else "".

    Where config.yaml's was typed for another server there is none.
    """
    if withheld_key_server(settings) is not None:
        return ""
    configured = settings.api_key.get_secret_value().strip()
    variables = {Provider.OPENAI: "OPENAI_API_KEY", Provider.ANTHROPIC: "ANTHROPIC_API_KEY"}
    variable = variables.get(settings.provider)
    return configured or (os.environ.get(variable, "").strip() if variable else "")


def known_secrets() -> list[str]:
    """Every key that this process could come to know, so that logs can leave them out."""
    secrets = [os.environ.get(name, "") for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")]
    try:
        settings = load_config()
    except ConfigError:
        # Whoever needs the settings says what is wrong with them; no job runs with this key.
        return secrets
    user = _read_address(settings.base_url)["user"] if settings.base_url else None
    password = (user or "").rpartition(":")[2]
    # A short one would blot out words of the log; within an address it is hidden all the same.
    in_address = [password, unquote(password)] if len(password) >= SHORTEST_SECRET else []
    return [*secrets, settings.api_key.get_secret_value(), *in_address]


SHORTEST_SECRET = 6


# --- servers and their keys ------------------------------------------------------------------


def server_of(settings: Settings) -> str | None:
    """Scheme, host and port of the server that the settings choose; None where there is none."""
    url = PROVIDER_URLS.get(settings.provider)
    return None if url is None else _origin(settings.base_url or url)


def withheld_key_server(settings: Settings) -> str | None:
    """The server that the stored key was typed for, where it is not sent to the chosen one."""
    bound, chosen = settings.api_key_server, server_of(settings)
    if bound is None or chosen is None or not settings.api_key.get_secret_value().strip():
        return None
    return bound if _origin(bound) != chosen else None


def _origin(address: str) -> str:
    parts = _read_address(address)
    port = int(parts["port"] or DEFAULT_PORTS[parts["scheme"]])
    shown = "" if port == DEFAULT_PORTS[parts["scheme"]] else f":{port}"
    return f"{parts['scheme']}://{parts['host'].lower()}{shown}"


DEFAULT_PORTS = {"http": 80, "https": 443}


def _read_address(address: str) -> dict[str, str]:
    found = re.search(SERVER_ADDRESS, address)
    assert found is not None  # it was validated
    return dict(zip(("scheme", "user", "host", "port"), found.groups(default=""), strict=True))


def bind_key(document: Any, before: Settings | None, after: Settings, *, is_typed: bool) -> None:
    """Note in the file which server its key is for.

    One that is typed is for the server that is chosen then. One that the file's editor wrote is for
    the server that was chosen until another one is.

    Parameters
    ----------
    before, after
        The settings before the change, None if the file was broken, and with it.
    """
    if not after.api_key.get_secret_value().strip():
        document.pop("api_key_server", None)
        return
    bound = after.api_key_server
    if is_typed:
        bound = server_of(after)
    elif bound is None and before is not None and server_of(before) != server_of(after):
        bound = server_of(before) or server_of(after)
    if bound is None:
        document.pop("api_key_server", None)
    elif "api_key_server" in document:
        document["api_key_server"] = bound
    else:
        document.insert(list(document).index("api_key") + 1, "api_key_server", bound)


def with_known_password(address: str, settings: Settings) -> str:
    """The address with the name and password that are stored, where it has `***` for them.

    Raises
    ------
    InvalidValue
        There are none for this server.
    """
    parts = re.search(SERVER_ADDRESS, address)
    if parts is None or parts[2] != HIDDEN:
        return address
    stored = settings.base_url
    user = _read_address(stored)["user"] if stored and _origin(stored) == _origin(address) else ""
    if not user:
        raise InvalidValue(
            f"There is no stored password for {_origin(address)}: write the address with its own."
        )
    return address.replace(f"//{HIDDEN}@", f"//{user}@", 1)


def config_path() -> Path:
    return data_dir() / "config.yaml"


def audio_dir() -> Path:
    return data_dir() / "audio"


def owner_token_path() -> Path:
    return data_dir() / "owner-token"


def uploads_dir() -> Path:
    return data_dir() / "uploads"


def models_dir() -> Path:
    """LECTERN_MODELS_DIR, which several libraries and users may share, else in the data
    directory."""
    named = os.environ.get("LECTERN_MODELS_DIR")
    return _expand(named, "LECTERN_MODELS_DIR") if named else data_dir() / "models"


def log_dir() -> Path:
    return data_dir() / "logs"


# --- config.yaml -----------------------------------------------------------------------------


def load_config(path: Path | None = None) -> Settings:
    """Read and validate config.yaml; a missing or empty file means the defaults.

    Raises
    ------
    ConfigError
        Naming the file, the line, the key and what is allowed there.
    """
    path = path or config_path()
    return _validate(read_document(path), path)


def set_value(key: str, text: str, path: Path | None = None) -> Settings:
    """Set one dotted key (`summary.max_length`) in config.yaml, keeping its comments.

    `text` is read as YAML, as it would stand in the file. Nothing is written unless the whole
    file is then valid.
    """
    path = path or config_path()
    document = read_document(path)
    before = _settings_before(document, path)
    value = _parse_value(key, text)
    if key == "base_url" and isinstance(value, str) and before is not None:
        value = with_known_password(value, before)
    _assign(document, key, value)
    bind_key(document, before, _validate(document, path), is_typed=key == "api_key")
    settings = _validate(document, path)
    write_document(document, path)
    return settings


def _settings_before(document: Any, path: Path) -> Settings | None:
    try:
        return _validate(document, path)
    except ConfigError:  # which this change may mend
        return None


def to_yaml(values: Mapping[str, Any]) -> str:
    """Plain values as they would stand in config.yaml."""
    text = io.StringIO()
    _yaml().dump(values, text)
    return text.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.preserve_quotes = True
    return yaml


def read_document(path: Path) -> Any:
    """The file as a ruamel mapping that knows its lines and comments, or an empty one.

    Raises
    ------
    ConfigError
        It is no YAML, or cannot be read.
    """
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return CommentedMap()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): mend or remove it."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not text in UTF-8: save it as such, or remove the file to go back to the "
            "defaults."
        ) from error
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        # What follows `with value` may be a key; so may the lines that the original error quotes,
        # which would go to the log.
        problem = str(error.problem or error.context).partition(" with value ")[0]
        raise ConfigError(
            f"{path}{place}: this is not YAML ({problem}): mend the line, or remove the file to "
            "go back to the defaults."
        ) from None
    except (YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"{path}: this is not YAML ({reason}): mend or remove the file."
        ) from None
    except RecursionError:
        raise ConfigError(f"{path}: its brackets are nested too deep: mend the file.") from None
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise ConfigError(f"{path}, line 1: expected `key: value` lines, not a plain value.")
    return document


def _validate(document: Any, path: Path) -> Settings:
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        problems = [_describe(problem, document) for problem in error.errors()]
        # The original error quotes values, and one of them may be a key in the wrong place.
        raise ConfigError("\n".join(f"{path}, {problem}" for problem in problems)) from None


def _describe(problem: Any, document: Any) -> str:
    """One pydantic error as `line N: key: what is wrong and what is allowed`."""
    line, keys = _find_line(document, problem["loc"])
    place = f"line {line}: " if line else ""
    dotted = ".".join(map(str, keys))
    if problem["type"] == "invalid_key":
        return f"{place}`{problem['input']}` is not a key: keys are words."
    if problem["type"] == "extra_forbidden":
        allowed = _allowed_keys(keys[:-1])
        hint = _did_you_mean(keys[-1], allowed)
        return f"{place}unknown key `{dotted}`: {hint}Allowed here: {', '.join(allowed)}."
    if dotted == "api_key":
        return f"{place}`api_key` must be text in quotes."
    if dotted in ("base_url", "api_key_server"):  # a password may be anywhere in it
        return f"{place}`{dotted}` {_expectation(problem, keys)}."
    return f"{place}`{dotted}` {_expectation(problem, keys)}, not {problem['input']!r}."


def _expectation(problem: Any, keys: Sequence[str]) -> str:
    """What the value must be, as the second half of a sentence."""
    by_key = {
        "base_url": "must be an address such as https://HOST/v1 or http://HOST:PORT/v1",
        "api_key_server": "must be an address such as https://HOST or http://HOST:PORT",
        "language": "must be a language code in small letters, such as en",
    }
    if problem["type"] == "string_pattern_mismatch":
        return by_key[keys[-1]]
    if problem["type"] in ("model_type", "model_attributes_type"):
        return f"must be a section with the keys {', '.join(_allowed_keys(keys))}"
    expected = re.sub(r"^(Input|String) should ", "must ", problem["msg"])
    # pydantic adds how it tried to read the value.
    return re.split(", (?:unable|got) ", expected)[0]


def _did_you_mean(key: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, allowed, n=1)
    return f"did you mean `{close[0]}`? " if close else ""


def _find_line(document: Any, location: Sequence[str]) -> tuple[int | None, list[str]]:
    """The line (from 1) of the deepest key of `location` that the file has, and its path."""
    line, keys, node = None, [], document
    for key in location:
        if not hasattr(node, "lc") or key not in node:
            break
        line = node.lc.key(key)[0] + 1 if node.lc.data and key in node.lc.data else line
        keys.append(key)
        node = node[key]
    return line, keys


def _allowed_keys(section: Sequence[str]) -> list[str]:
    """The keys of a section, which is given by the keys that lead to it; none: there is no such."""
    model: type[BaseModel] = Settings
    for key in section:
        inner = _section_type(model, key)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _section_type(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    field = model.model_fields.get(key)
    annotation = field.annotation if field else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def setting_names(section: tuple[str, ...] = ()) -> list[str]:
    """All settings by their dotted names, such as `summary.max_length`."""
    names: list[str] = []
    for key in _allowed_keys(section):
        names += setting_names((*section, key)) or [".".join((*section, key))]
    return names


def _parse_value(key: str, text: str) -> Any:
    """`text` as YAML would read it; a key or a prompt is text whatever it looks like."""
    from ruamel.yaml.error import YAMLError

    if key == "api_key" or key.rpartition(".")[2] in ("prompt", "initial_prompt", "model"):
        return text
    try:
        return _yaml().load(text)
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"`{text}` is not a YAML value for `{key}`.") from error


def _assign(document: Any, key: str, value: Any) -> None:
    from ruamel.yaml.comments import CommentedMap

    if key not in setting_names():
        hint = _did_you_mean(key, setting_names())
        raise ConfigError(
            f"There is no setting `{key}`: {hint}There are: {', '.join(setting_names())}."
        )
    *sections, last = key.split(".")
    for section in sections:
        if not isinstance(document.get(section), CommentedMap):
            document[section] = CommentedMap()
        document = document[section]
    document[last] = value


def write_document(document: Any, path: Path) -> None:
    """Put what `read_document` gave, and was changed, in the file's place; raises `StorageFull`."""
    try:
        make_private_directory(path.parent)
        # The file may hold a key.
        write_whole(path, to_yaml(document), is_private=True)
    except OSError as error:
        raise StorageFull(
            f"{path} could not be written ({error.strerror}): nothing was changed."
        ) from error
