"""What each type of task may be asked for."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.errors import InvalidValue
from backend.models import TaskType
from backend.models.columns import LARGEST_ID
from backend.tasks.correction import MAX_CONCURRENCY, SEGMENTS_PER_GROUP

Count = Annotated[int, Field(ge=1, le=10_000)]


class Parameters(BaseModel):
    """What every task names: its lesson."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    lesson_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    accept_lower_quality: bool = False
    """Whether a better text may go for a worse one; else the task fails."""


class TranscriptionParameters(Parameters):
    pass


class CorrectionParameters(Parameters):
    segments_per_group: Count = SEGMENTS_PER_GROUP
    max_concurrency: Count = MAX_CONCURRENCY


class SummaryParameters(Parameters):
    use_corrected: bool = True


class ProcessParameters(Parameters):
    again: bool = False
    """Do all three stages, whatever is there already."""


BY_TYPE: dict[str, type[Parameters]] = {
    TaskType.TRANSCRIPTION: TranscriptionParameters,
    TaskType.CORRECTION: CorrectionParameters,
    TaskType.SUMMARY: SummaryParameters,
    TaskType.PROCESS: ProcessParameters,
}


def read_parameters(task_type: str, text: str | None) -> Parameters:
    """The parameters of a row, as its JSON text says them.

    Raises
    ------
    InvalidValue
        Saying what is wrong and what is allowed.
    """
    model = BY_TYPE.get(task_type)
    if model is None:
        raise InvalidValue(
            f"`{task_type}` is no type of task: insert it again as {_listed(list(BY_TYPE))}."
        )
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
        problems = "; ".join(_describe(problem, model) for problem in error.errors())
        raise InvalidValue(f"The task's parameters are wrong: {problems}.") from error


def _describe(problem: Any, model: type[Parameters]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    allowed = _listed(list(model.model_fields))
    if problem["type"] == "missing":
        return f"`{name}` is missing (it must name a lesson)"
    if problem["type"] == "extra_forbidden":
        return f"`{name}` is not one of {allowed}"
    expected = problem["msg"].removeprefix("Input should be ")
    return f"`{name}` must be {expected}, not {json.dumps(problem['input'])[:80]}"


def _listed(names: list[str]) -> str:
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} or {last}" if others else last
