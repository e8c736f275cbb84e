"""Which stages there are, over HTTP."""

from fastapi import APIRouter

from backend.tasks.schemas import StagePublic, Stages, WordsPublic

router = APIRouter(tags=["tasks"])


@router.get("/stages")
def list_stages() -> Stages:
    """List the stages of a lesson's way, with their words for people."""
    from backend.tasks.pipeline import all_stages  # loads all that tasks do

    return Stages(
        items=[
            StagePublic(
                name=stage.name,
                title=WordsPublic(en=stage.title.en, fr=stage.title.fr),
                doing=WordsPublic(en=stage.doing.en, fr=stage.doing.fr),
            )
            for stage in all_stages()
        ]
    )
