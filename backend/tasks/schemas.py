"""The types of tasks, as the API has them."""

from typing import Any

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from backend.sections import Words


class _Known(str):
    """One of the names that there are when it is asked for."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls._checked, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(cls.names())}

    @classmethod
    def _checked(cls, text: str) -> str:
        if text in cls.names():
            return text
        expected = ", ".join(f"'{name}'" for name in cls.names())
        raise PydanticCustomError(
            "enum", "Input should be one of {expected}", {"expected": expected}
        )


class StageName(_Known):
    """The name of a stage, which is also the type of the task that does it alone."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        from backend.tasks.pipeline import all_stages  # loads all that tasks do

        return tuple(stage.name for stage in all_stages())


class TaskTypeName(_Known):
    """The type of a task: a stage, or what goes through all of them."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        from backend.tasks.pipeline import task_types  # loads all that tasks do

        return task_types()


class StagePublic(BaseModel):
    """A step on a lesson's way, which makes one of its texts."""

    name: str = Field(description="As in `task_type` and `stage` of a task.")
    title: Words
    doing: Words = Field(description="What is done while it runs.")


class Stages(BaseModel):
    items: list[StagePublic] = Field(description="In the order in which `process` does them.")
