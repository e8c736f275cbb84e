"""The form of the settings: what the settings say of themselves, for whoever draws controls."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from backend.config.settings import ChangeableSettings
from backend.sections import Section, Shown

KINDS = {"boolean": "switch", "integer": "number", "number": "number", "string": "text"}
"""What changes a value of a JSON type, where the setting does not say."""
PROVIDER = "provider"
"""The section of what stands in none."""


def preferences_form(settings: type[BaseModel] = ChangeableSettings) -> dict[str, Any]:
    """The sections of the settings, and the fields of each."""
    inner = dict(_sections(settings))
    sections = [
        {"name": PROVIDER, "fields": list(_own_fields(settings))},
        *({"name": name, "fields": list(_fields(section))} for name, section in inner.items()),
    ]
    return {"sections": sections}


def _sections(settings: type[BaseModel]) -> Iterator[tuple[str, type[Section]]]:
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield name, field.annotation


def _fields(section: type[BaseModel], prefix: str = "") -> Iterator[dict[str, Any]]:
    """Those of the section itself, then those of the sections within it."""
    yield from _own_fields(section, prefix)
    for key, within in _sections(section):
        yield from _fields(within, f"{prefix}{key}.")


def _own_fields(section: type[BaseModel], prefix: str = "") -> Iterator[dict[str, Any]]:
    schema = section.model_json_schema()
    inner = dict(_sections(section))
    for key, field in section.model_fields.items():
        if key not in inner:
            [shown] = [each for each in field.metadata if isinstance(each, Shown)]
            yield {"key": prefix + key} | _describe(schema["properties"][key], shown, schema)


def _describe(schema: dict[str, Any], shown: Shown, whole: dict[str, Any]) -> dict[str, Any]:
    """
    Parameters
    ----------
    schema, whole
        The setting's own JSON schema, and the one that it stands in.
    """
    alternatives = schema.get("anyOf", [schema])
    named = [
        whole["$defs"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in alternatives
    ]
    value = next(each for each in named if each["type"] != "null")
    kind = "choice" if "enum" in value else KINDS[value["type"]]
    return {
        "kind": shown.control or kind,
        "label": shown.label,
        "help": shown.help,
        "options": [
            {
                "value": option,
                "label": shown.options.get(option),
                "help": shown.option_help.get(option),
            }
            for option in value.get("enum", [])
        ],
        "minimum": value.get("minimum", value.get("exclusiveMinimum")),
        "maximum": value.get("maximum"),
        "step": shown.step,
        "is_optional": len(alternatives) > 1,
        "is_advanced": shown.is_advanced,
        "default": schema.get("default"),
    }
