"""What Lectern stands on: versions, the data directory, settings, models and the provider."""

import shutil
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from platform import python_version

from backend import __version__
from backend.config.environment import config_path, models_dir
from backend.config.file import load_config
from backend.config.settings import Provider, Settings
from backend.doctor.findings import Finding, Level, listed, size
from backend.errors import hide_passwords
from backend.errors.providers import ProviderNotConfigured
from backend.errors.remedies import remedy_at_terminal
from backend.errors.settings import ConfigError
from backend.files import is_open_to_others
from backend.lessons.storage import INCOMING_PREFIX, STALE_SECONDS
from backend.llm.provider import ModelChoice
from backend.speech.engines.registry import TranscriptionSettings
from backend.speech.model_store import installed_models
from backend.speech.recognisers import look_for_recogniser

PACKAGES = ("dbos", "faster-whisper", "ctranslate2")
"""Those whose version decides what works."""

LOW_DISK_BYTES = 2_000_000_000
FULL_DISK_BYTES = 200_000_000


def check_versions() -> Finding:
    """What is installed, without loading it."""
    found, missing = [f"Lectern {__version__}", f"Python {python_version()}"], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        return Finding(
            Level.ERROR,
            "versions",
            f"{', '.join(missing)} cannot be found in this environment.",
            "Install what `requirements.lock` names, as `make setup` does; then look again.",
        )
    return Finding(Level.OK, "versions", f"{', '.join(found)}.")


# --- the data directory ----------------------------------------------------------------------


def check_disk(directory: Path) -> Finding:
    """The room where the recordings and the SQLite file are."""
    there = next(path for path in (directory, *directory.parents) if path.exists())
    free_bytes = shutil.disk_usage(there).free
    message = f"{size(free_bytes)} are free for {directory}."
    if free_bytes >= LOW_DISK_BYTES:
        return Finding(Level.OK, "disk", message)
    level = Level.ERROR if free_bytes < FULL_DISK_BYTES else Level.WARNING
    remedy = "Free some space: work waits while the disk is full, and goes on by itself then."
    return Finding(level, "disk", message, remedy)


def check_leftovers(directory: Path) -> Iterator[Finding]:
    """Files that a process which died has left, and copies that were made before an upgrade."""
    unfinished_downloads = models_dir().glob(".*.partial")
    copies_under_way = (
        path
        for pattern in (f"audio/{INCOMING_PREFIX}*", ".*.partial")
        for path in directory.glob(pattern)
    )
    partial = [
        path
        for path in (*copies_under_way, *unfinished_downloads)
        if _age_seconds(path) > STALE_SECONDS
    ]
    if partial:
        yield Finding(
            Level.WARNING,
            "leftover files",
            f"A copy or a download did not end: {listed(partial)}.",
            "Delete what is named; a download may also be gone on with, by giving its command "
            "again.",
        )
    if unfinished := [*directory.glob(".restoring.db*"), *directory.glob(".before-restore.db*")]:
        yield Finding(
            Level.WARNING,
            "leftover files",
            f"A backup was being put back, and that was cut off: {listed(unfinished)}.",
            "Give the same `lectern backup restore` again: it finishes what was begun.",
        )
    if copies := sorted(directory.glob("*.before-upgrade-from-*.db")):
        yield Finding(
            Level.WARNING,
            "leftover files",
            f"Copies from before an upgrade still hold lessons that were removed since: "
            f"{listed(copies)}.",
            "Delete them once all is well.",
        )


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # at this moment it took its place, or was removed
        return 0.0


def check_privacy(directory: Path) -> Iterator[Finding]:
    """Whether others on this computer can look into the data directory."""
    if directory.exists() and is_open_to_others(directory.stat().st_mode):
        yield Finding(
            Level.WARNING,
            "data directory",
            f"Others on this computer can read what is in {directory}.",
            "Start `lectern serve` or `lectern worker`, which close it to them, or run `chmod -R "
            f"go= {directory}`.",
        )


# --- settings --------------------------------------------------------------------------------


def check_settings() -> Iterator[Finding]:
    """config.yaml, and what it chooses."""
    try:
        settings = load_config()
    except ConfigError as error:
        remedy = "Mend what is named, or move the file away to go back to the defaults."
        yield Finding(Level.ERROR, "configuration", error.message, remedy)
        return
    where = str(config_path()) if config_path().exists() else "the defaults (there is no file)"
    yield Finding(Level.OK, "configuration", f"The settings are valid: {where}.")
    yield from check_secrets(settings, config_path())
    recogniser = check_recogniser(settings.transcription, models_dir())
    yield recogniser
    yield from check_models(models_dir(), recogniser)
    yield check_provider(settings)


def check_secrets(settings: Settings, path: Path) -> Iterator[Finding]:
    """Whether others can read what config.yaml should keep to itself."""
    has_password = hide_passwords(settings.base_url or "") != (settings.base_url or "")
    has_key = bool(settings.api_key.get_secret_value())
    if (has_key or has_password) and path.exists() and is_open_to_others(path.stat().st_mode):
        secret = "a key" if has_key else "a password"
        yield Finding(
            Level.ERROR,
            "configuration",
            f"Others on this computer can read {path}, which holds {secret}.",
            f"Run `chmod 600 {path}`. If somebody else may have read it, have the provider give "
            "you another one.",
        )


def check_recogniser(settings: TranscriptionSettings, directory: Path) -> Finding:
    """Whether the configured recogniser can be loaded from `directory`, without loading it."""
    choice = look_for_recogniser(settings, directory)
    entry, obstacle, passed_over = choice.entry, choice.obstacle, choice.passed_over
    if passed_over and obstacle:
        message = f"{passed_over.error.message} {obstacle.error.message}"
        return Finding(Level.ERROR, "recogniser", message, remedy_at_terminal(passed_over.error))
    if obstacle:
        remedy = remedy_at_terminal(obstacle.error)
        return Finding(Level.ERROR, "recogniser", obstacle.error.message, remedy)
    model = entry.model(choice.options, directory)
    used = f"What transcribes is {entry.in_words(model).en}"
    if passed_over and (entry.caveat or choice.is_other_model):
        caveat = f", which is {entry.caveat.en}" if entry.caveat else ""
        message = f"{passed_over.error.message} {used}{caveat}."
        return Finding(Level.WARNING, "recogniser", message, remedy_at_terminal(passed_over.error))
    return Finding(Level.OK, "recogniser", f"{used}.")


def check_models(directory: Path, recogniser: Finding) -> Iterator[Finding]:
    """The installed models that are broken, but for the one that `recogniser` tells of."""
    for model in installed_models(directory):
        if model.problem and f"in {model.directory} cannot be used" not in recogniser.message:
            yield Finding(
                Level.WARNING,
                "models",
                f"The Whisper model `{model.name}` cannot be used: {model.problem}.",
                f"Run `lectern models download {model.name.replace('--', '/')}`, or delete "
                f"{model.directory}.",
            )


def check_provider(settings: Settings) -> Finding:
    """Whether the provider could be asked; it is not."""
    if settings.provider is Provider.OFFLINE:
        return Finding(Level.OK, "provider", "Corrections and summaries are made offline.")
    choice = ModelChoice.from_settings(settings, settings.correction)
    try:
        choice.require_usable()
    except ProviderNotConfigured as error:
        remedy = f"Do so on each computer that has a worker (variable {choice.key_variable})."
        return Finding(Level.ERROR, "provider", error.message, remedy)
    if choice.key_note:
        remedy = "Set it again with `lectern config set api_key`, to nothing if none is wanted."
        return Finding(Level.WARNING, "provider", choice.key_note.strip(), remedy)
    return Finding(
        Level.OK, "provider", f"{choice.server} is asked (whether it answers was not tried)."
    )
