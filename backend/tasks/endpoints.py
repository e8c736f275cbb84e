"""Which stages there are, over HTTP."""

from fastapi import APIRouter

from backend.tasks.schemas import StagePublic, Stages

router = APIRouter(tags=["tasks"])


@router.get("/stages")
def list_stages() -> Stages:
    """List the stages of a lesson's way, with their words for people."""
    from backend.tasks.pipeline import all_stages  # loads all that tasks do

    return Stages(
        items=[
            StagePublic(name=stage.name, title=stage.title, doing=stage.doing)
            for stage in all_stages()
        ]
    )
