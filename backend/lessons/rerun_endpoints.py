"""What a rerun of each stage would do, over HTTP."""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from backend.config.file import load_config
from backend.database.sessions import bind_of
from backend.dependencies import SessionDep
from backend.lessons.schemas import FormerPublic, MakerPublic, Rerun, Reruns
from backend.tasks.schemas import StageName
from backend.web.inputs import PathId
from backend.web.problems import problems

if TYPE_CHECKING:
    from backend.tasks.prospects import Prospect

router = APIRouter(tags=["lessons"])


@router.get("/lessons/{lesson_id}/reruns", responses=problems(404, 422))
def list_reruns(lesson_id: PathId, session: SessionDep) -> Reruns:
    """See what making each text anew would replace, with what, and what it would cost."""
    from backend.tasks.prospects import look_ahead  # loads all that tasks do

    found = look_ahead(bind_of(session), lesson_id, load_config())
    return Reruns(items=[_public(each) for each in found])


def _public(found: "Prospect") -> Rerun:
    return Rerun(
        task_type=StageName(found.stage.name),
        layer=found.stage.layer,
        has_text=found.has_text,
        is_due=found.is_due,
        made_by=MakerPublic.of(found.present),
        would_be_made_by=MakerPublic.of(found.new),
        problem=found.problem and found.problem.message,
        problem_code=found.problem and found.problem.code,
        is_lower_quality=found.is_lower,
        calls=found.n_calls,
        is_edited=found.is_edited,
        former=FormerPublic.of(found.former),
    )
