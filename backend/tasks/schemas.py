"""The types of tasks, as the API has them."""

from typing import Any

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema


def _known_types() -> tuple[str, ...]:
    from backend.tasks.pipeline import task_types  # loads all that tasks do

    return task_types()


class TaskTypeName(str):
    """The type of a task: one of those that there are when it is asked for."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls._known, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(_known_types())}

    @classmethod
    def _known(cls, text: str) -> str:
        known = _known_types()
        if text not in known:
            expected = ", ".join(f"'{name}'" for name in known)
            message = "Input should be one of {expected}"
            raise PydanticCustomError("enum", message, {"expected": expected})
        return text


class WordsPublic(BaseModel):
    """A few words for people, in each language of the pages."""

    en: str
    fr: str


class StagePublic(BaseModel):
    """A step on a lesson's way, which makes one of its texts."""

    name: str = Field(description="As in `task_type` and `stage` of a task.")
    title: WordsPublic
    doing: WordsPublic = Field(description="What is done while it runs.")


class Stages(BaseModel):
    items: list[StagePublic] = Field(description="In the order in which `process` does them.")
