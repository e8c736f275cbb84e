"""What each type of task may be asked for."""

import json
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from backend.errors import InvalidValue
from backend.models.columns import LARGEST_ID
from backend.models.task import PROCESS
from backend.tasks.options import describe_problems, listed
from backend.tasks.pipeline import AnyStage, stage_named, task_types


class TaskParameters(BaseModel):
    """What every task names: its lesson. One that does a stage has the stage's options, too."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    lesson_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    accept_lower_quality: bool = False
    """Whether a better text may go for a worse one; else the task fails."""


class ProcessParameters(TaskParameters):
    again: bool = False
    """Do all stages, whatever is there already."""


def parameters_of(task_type: str) -> type[TaskParameters]:
    """Raises `KeyError` where there is no such type of task."""
    return ProcessParameters if task_type == PROCESS else _with_options(stage_named(task_type))


@cache
def _with_options(stage: AnyStage) -> type[TaskParameters]:
    # So they can be given to the stage as its options.
    bases = (stage.options, TaskParameters)
    return create_model(f"{stage.title.en}Parameters", __base__=bases)


def read_parameters(task_type: str, text: str | None) -> TaskParameters:
    """The parameters of a row, as its JSON text says them.

    Raises
    ------
    InvalidValue
        Saying what is wrong and what is allowed.
    """
    if task_type not in task_types():
        raise InvalidValue(
            f"`{task_type}` is no type of task: insert it again as {listed(task_types())}."
        )
    model = parameters_of(task_type)
    try:
        values = json.loads(text or "null")
    except ValueError as error:
        raise InvalidValue(
            f"The task's parameters are not JSON ({error}): insert it again with parameters such "
            'as {"lesson_id": 1}.'
        ) from error
    if not isinstance(values, dict):
        raise InvalidValue(
            "The task's parameters are not a JSON object: insert it again with parameters such as "
            '{"lesson_id": 1}.'
        )
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = describe_problems(error, model)
        raise InvalidValue(f"The task's parameters are wrong: {problems}.") from error
