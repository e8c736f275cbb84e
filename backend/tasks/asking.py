"""What is looked at before work is asked for, so that whoever asks is told, and not the task."""

from sqlmodel import Session

from backend.database.sessions import bind_of
from backend.errors import NothingToDo
from backend.errors.recognisers import RecogniserError
from backend.errors.settings import ConfigError
from backend.task_queue.service import active_types_of
from backend.tasks.parameters import ProcessParameters, TaskParameters
from backend.tasks.pipeline import AnyStage, due_stages, stage_named
from backend.tasks.stage import StageContext, refuse_lower


def check_request(session: Session, task_type: str, parameters: TaskParameters) -> None:
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
        context = StageContext(parameters.lesson_id, session)
        for stage in stages:
            refuse_lower(stage, context)
    except (ConfigError, RecogniserError):
        # The settings and the models that count are those of the worker: it says what is wrong.
        return


def _stages(session: Session, task_type: str, parameters: TaskParameters) -> list[AnyStage]:
    if not isinstance(parameters, ProcessParameters):
        return [stage_named(task_type)]
    lesson_id = parameters.lesson_id
    stages = due_stages(bind_of(session), lesson_id, again=parameters.again)
    if not stages and not active_types_of(session, lesson_id):
        raise NothingToDo(
            f"Lesson {lesson_id} is finished: its transcript, correction and summary are up to "
            "date. To have one of them made again, ask for a `transcription`, a `correction` or a "
            "`summary` of it."
        )
    return stages
