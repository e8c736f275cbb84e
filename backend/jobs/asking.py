"""What is looked at before work is asked for, so that whoever asks is told, and not the task."""

from sqlmodel import Session, col, select

from backend.config import load_config
from backend.database import bind_of
from backend.errors import ConfigError, NothingToDo, RecogniserError
from backend.jobs.parameters import Parameters, ProcessParameters
from backend.models import Task, TaskType
from backend.models.task import ACTIVE
from backend.tasks.process import due_stages, refuse_lower
from backend.tasks.stages import Stage


def look_before(session: Session, task_type: TaskType, parameters: Parameters) -> None:
    """Refuse work that has nothing to do, or that would make a text worse unasked.

    Raises
    ------
    LessonNotFound
    NothingToDo
        All that `process` would do is done, and nothing is at work on the lesson.
    LowerQuality
    """
    stages = _stages(session, task_type, parameters)
    if parameters.accept_lower_quality:
        return
    try:
        refuse_lower(bind_of(session), parameters.lesson_id, stages, load_config())
    except (ConfigError, RecogniserError):
        # The settings and the models that count are those of the worker: it says what is wrong.
        return


def _stages(session: Session, task_type: TaskType, parameters: Parameters) -> list[Stage]:
    if not isinstance(parameters, ProcessParameters):
        return [Stage(task_type)]
    lesson_id = parameters.lesson_id
    stages = due_stages(bind_of(session), lesson_id, again=parameters.again)
    if not stages and not _is_worked_on(session, lesson_id):
        raise NothingToDo(
            f"Lesson {lesson_id} is finished: its transcript, correction and summary are up to "
            "date. To have one of them made again, ask for a `transcription`, a `correction` or a "
            "`summary` of it."
        )
    return stages


def _is_worked_on(session: Session, lesson_id: int) -> bool:
    statement = select(Task.id).where(Task.lesson_id == lesson_id, col(Task.status).in_(ACTIVE))
    return session.exec(statement).first() is not None
