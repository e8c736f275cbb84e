"""Sections of the settings, and what each setting says of itself to people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Words:
    """A text for people, in the languages of the pages."""

    en: str
    fr: str


class Control(StrEnum):
    """By what a setting is changed, where its type does not say."""

    LONG_TEXT = "long"
    LANGUAGE = "language"
    """Chosen among the spoken languages, by their names."""
    FOLDER = "folder"
    """Chosen in the server's own file; in the pages it can be emptied."""
    ADDRESS = "address"
    """Of a server."""
    SECRET = "secret"
    """Goes in, and never comes out."""


@dataclass(frozen=True)
class Shown:
    """How people see a setting: part of its annotation. The pages draw their forms from it."""

    label: Words
    help: Words | None = None
    options: Mapping[str, Words] = field(default_factory=dict)
    """What its values are called; the others are shown as they are."""
    option_help: Mapping[str, Words] = field(default_factory=dict)
    control: Control | None = None
    step: float | None = None
    """Of a number: what one press on an arrow adds."""
    is_advanced: bool = False
    """Few need it: it is shown when it is asked for."""


class Section(BaseModel):
    """Some settings that belong together; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
