"""Sections of the settings: what is common to them all."""

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Words(NamedTuple):
    """A text for people, in the languages of the pages."""

    en: str
    fr: str


class Section(BaseModel):
    """Some settings that belong together; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
