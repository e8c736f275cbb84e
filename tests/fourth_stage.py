"""A fourth stage in one file: the lesson's longest word, kept in a file of its own.

Whoever imports this has the stage, as the processes of
`tests/acceptance/pages/test_fourth_stage.py` do.
"""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from backend.config.environment import data_dir
from backend.config.settings import Settings
from backend.database.sessions import writing
from backend.errors.lessons import NoTranscript
from backend.lesson_texts.layers import lock_lesson, read_layer
from backend.lesson_texts.makers import Maker
from backend.sections import Words
from backend.tasks.pipeline import register
from backend.tasks.progress import Progress
from backend.tasks.stage import LessonSnapshot, Stage, StageContext, StageOptions


class HeadlineOptions(StageOptions):
    words: Annotated[int, Field(ge=1)] = 1


class Headline(Stage[HeadlineOptions]):
    name = "headline"
    title = Words("Headline", "Gros titre")
    doing = Words("Writing the headline", "Gros titre")
    queue = "language"
    weight = 1
    layer = None
    options = HeadlineOptions
    decisive: ClassVar = {}

    def maker(self, settings: Settings) -> Maker:
        return Maker("headlines")

    def has_text(self, state: LessonSnapshot) -> bool:
        return headline_path(state.lesson_id).exists()

    def is_due(self, state: LessonSnapshot) -> bool:
        return not self.has_text(state)

    def require_possible(self, state: LessonSnapshot, settings: Settings) -> None:
        if state.texts.transcript is None:
            raise NoTranscript

    def run(self, context: StageContext, options: HeadlineOptions) -> None:
        layer = read_layer(context.bind, context.lesson_id, prefer_corrected=True)
        words = " ".join(segment.text for segment in layer.segments).split()
        context.on_progress(Progress(self.name, 0, 1, "parts"))
        longest = sorted(words, key=len)[-options.words :]
        with writing(context.session):
            lock_lesson(context.session, context.lesson_id, with_texts=False)
            headline_path(context.lesson_id).write_text(" ".join(longest), encoding="utf-8")
            context.owner.store_result(context.session, {"words": len(longest)})


def headline_path(lesson_id: int) -> Path:
    return data_dir() / f"headline-{lesson_id}.txt"


register(Headline())
