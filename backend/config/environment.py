"""What the environment says, and the places in the data directory.

This is the only module that reads the environment.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from backend.config.settings import Provider
from backend.errors.settings import ConfigError

PACKAGE_DIR = Path(__file__).resolve().parents[1]


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


KEY_VARIABLES = {Provider.OPENAI: "OPENAI_API_KEY", Provider.ANTHROPIC: "ANTHROPIC_API_KEY"}


def key_in_environment(provider: Provider) -> str:
    """The provider's API key, as its own variable holds it; "" where there is none."""
    return os.environ.get(KEY_VARIABLES.get(provider, ""), "").strip()


def _has_valid_port(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    return port is None or port > 0
