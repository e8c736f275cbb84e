"""Summary: what a lesson says, in few words, each statement with its moments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from sqlmodel import Session

from backend.config.settings import Provider, Settings
from backend.database.sessions import writing
from backend.errors.providers import ContextTooLong, ProviderError, ReplyCut
from backend.lesson_texts.layers import (
    LayerText,
    LessonLayer,
    lock_unchanged,
    read_layer,
    replace_layer,
)
from backend.lesson_texts.makers import Maker
from backend.lesson_texts.summaries import people_texts
from backend.llm.ledger import Ledger, finish_run, open_run
from backend.llm.paid import PaidCaller, Question
from backend.llm.provider import ModelChoice
from backend.models import Segment, SummaryPart
from backend.models.notices import Notice
from backend.sections import Words
from backend.tasks.from_text import require_text_and_model, segments_without_words
from backend.tasks.progress import OnProgress, Progress
from backend.tasks.shell import run_logged, run_logged_in_thread
from backend.tasks.stage import LessonSnapshot, Stage, StageContext, StageOptions, run_stage
from backend.text.citations import CitedSummary, cut_to_words, read_summary, says_anything
from backend.text.extractive import summarise_offline
from backend.text.parts import estimate_tokens, split_evenly
from backend.text.prompts import (
    NOTES_MATERIAL,
    PART_MATERIAL,
    SHORTEN,
    TRANSCRIPT_MATERIAL,
    joined_notes,
    numbered_lines,
    summary_system,
)
from backend.text.wrappings import unwrap

STAGE = "summary"
OFFLINE_MODEL = "lexrank"
MAX_CONCURRENCY = 5

PROVIDER_CONTEXT_TOKENS = 128_000
"""What the providers' current models read at least."""
LOCAL_CONTEXT_TOKENS = 4_000
"""What a model behind a `base_url` can be trusted to read: Ollama's default on small machines,
which cuts a longer text without a word. `summary.context_tokens` sets it."""
PROMPT_TOKENS = 1_000
TOKENS_PER_WORD = 3
MIN_PART_WORDS = 150


def generate_summary(
    lesson_id: int,
    use_corrected: bool = True,
    session: Session | None = None,
    *,
    accept_lower_quality: bool = False,
) -> bool:
    """Summarise a lesson and store `brief` and `summary` on it.

    `use_corrected` takes the corrected transcript where there is one, and else the transcript.
    False if it failed: then nothing is saved, and replies that were paid for are kept for the
    next attempt. False, too, where a better summary is there, unless `accept_lower_quality` says
    that it may go. A lesson in which nothing was said is done without a summary.
    """
    return run_logged(
        lambda context: run_stage(
            SUMMARY, context, SummaryOptions.checked(use_corrected=use_corrected)
        ),
        lesson_id,
        session,
        accept_lower_quality=accept_lower_quality,
    )


async def generate_summary_async(
    lesson_id: int,
    use_corrected: bool = True,
    session: Session | None = None,
    *,
    accept_lower_quality: bool = False,
) -> bool:
    """`generate_summary` in a thread; cancelling it sends no further call."""
    return await run_logged_in_thread(
        lambda context: run_stage(
            SUMMARY, context, SummaryOptions.checked(use_corrected=use_corrected)
        ),
        lesson_id,
        session,
        accept_lower_quality=accept_lower_quality,
    )


class SummaryOptions(StageOptions):
    """`use_corrected`: of the corrected transcript where there is one, else of the transcript."""

    use_corrected: bool = True


class SummaryStage(Stage[SummaryOptions]):
    """The summary, by a language model or of the lesson's own sentences."""

    name = STAGE
    title = Words("Summary", "Résumé")
    doing = Words("Summarising", "Résumé")
    queue = "language"
    weight = 1
    layer = LessonLayer.SUMMARY
    options = SummaryOptions
    decisive: ClassVar = {"provider": True, "summary": True}

    def maker(self, settings: Settings) -> Maker:
        if settings.provider is Provider.OFFLINE:
            return Maker(Provider.OFFLINE, OFFLINE_MODEL)
        return Maker(settings.provider, settings.summary.model)

    def has_text(self, state: LessonSnapshot) -> bool:
        return state.lesson.summary is not None

    def is_due(self, state: LessonSnapshot) -> bool:
        if state.texts.shown is None:
            return True
        if len(people_texts(state.session, state.lesson_id)) == len(SummaryPart):
            return False  # people have written all of it: another would not be seen
        made_from = (state.lesson.summary_metadata or {}).get("input")
        return made_from != state.texts.shown.transcript_hash

    def require_possible(self, state: LessonSnapshot, settings: Settings) -> None:
        require_text_and_model(state, settings, settings.summary)

    def is_edited(self, state: LessonSnapshot) -> bool:
        return bool(people_texts(state.session, state.lesson_id))

    def count_calls(self, state: LessonSnapshot, settings: Settings) -> int:
        if settings.provider is Provider.OFFLINE:
            return 0
        return count_summary_calls(segments_without_words(state.texts.shown), settings)

    def run(self, context: StageContext, options: SummaryOptions) -> None:
        """
        Raises
        ------
        LessonNotFound, NoTranscript, ConfigError, ProviderError, WorkStopped
        LowerQuality
            A better one came meanwhile, and the context does not say that it may go.
        InputChanged
            The text was replaced while it was summarised: nothing is saved.
        """
        settings = context.settings
        use_corrected = options.use_corrected
        layer = read_layer(context.bind, context.lesson_id, prefer_corrected=use_corrected)
        if not any(segment.text.strip() for segment in layer.segments):
            notice = Notice("nothing-said", "Nothing was said, so there is no summary.")
            result = _SummaryResult(metadata={"moments": [], "notices": [notice.to_json()]})
        elif settings.provider is Provider.OFFLINE:
            result = _summarise_offline(layer, settings.summary.max_length)
        else:
            result = _summarise_by_model(layer, context)
        context.owner.check()
        context.owner.persist(partial(_save, context, layer, result))


SUMMARY = SummaryStage()


@dataclass
class _SummaryResult:
    brief: str | None = None
    summary: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    run_to_finish: int | None = None


def _moment(text: str, segment_ids: Sequence[int], segments: Sequence[Segment]) -> dict[str, Any]:
    """A statement of the summary and where in the recording it comes from."""
    cited = [segments[segment_id] for segment_id in segment_ids]
    return {
        "text": text,
        "segments": list(segment_ids),
        "start": min((segment.start for segment in cited), default=None),
        "end": max((segment.end for segment in cited), default=None),
    }


def _coverage(layer: LayerText, n_parts: int) -> dict[str, Any]:
    """What the summary was made from: all of the segments, or this would say so."""
    return {
        "segments": len(layer.segments),
        "start": layer.segments[0].start,
        "end": layer.segments[-1].end,
        "parts": n_parts,
    }


# --- offline ---------------------------------------------------------------------------------


def _summarise_offline(layer: LayerText, max_words: int) -> _SummaryResult:
    found = summarise_offline(layer.segments, layer.language, max_words)
    metadata = {
        "provider": Provider.OFFLINE.value,
        "model": OFFLINE_MODEL,
        "max_length": max_words,
        "coverage": _coverage(layer, 1),
        "moments": [
            _moment(statement.text, statement.segment_ids, layer.segments)
            for statement in found.statements
        ],
    }
    return _SummaryResult(found.brief, found.text, metadata)


# --- by a language model ---------------------------------------------------------------------


def _summarise_by_model(layer: LayerText, context: StageContext) -> _SummaryResult:
    settings, owner = context.settings, context.owner
    choice = ModelChoice.from_settings(settings, settings.summary)
    run_id = open_run(context.bind, layer.lesson_id, STAGE)
    ledger = Ledger(context.bind, run_id, owner)
    caller = PaidCaller(choice, ledger, MAX_CONCURRENCY, owner.stopped)
    writer = _Writer(caller, layer, settings, context.on_progress)
    summary = writer.write()
    usage = ledger.sum_tokens()
    metadata = {
        "provider": settings.provider.value,
        "base_url": choice.shown_base_url,
        "model": choice.model,
        "temperature": choice.temperature,
        "prompt": settings.summary.prompt,
        "max_length": settings.summary.max_length,
        "coverage": _coverage(layer, writer.n_parts),
        "moments": [
            _moment(sentence.text, sentence.segment_ids, layer.segments)
            for sentence in summary.sentences
        ],
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    return _SummaryResult(summary.brief, summary.text, metadata, run_id)


def count_summary_calls(segments: Sequence[Segment], settings: Settings) -> int:
    """How many calls a summary takes: one for each part, and one for the whole of them."""
    lines = _lines(segments)
    if not lines:
        return 0
    n_parts = len(split_evenly(lines, _budget_tokens(settings)))
    return 1 if n_parts == 1 else n_parts + 1


def _lines(segments: Sequence[Segment]) -> list[str]:
    return [
        numbered_lines([(position, segment.text)])
        for position, segment in enumerate(segments)
        if segment.text.strip()
    ]


def _budget_tokens(settings: Settings) -> int:
    """How much text goes into one call, beside the prompt and the reply."""
    is_local = settings.base_url is not None
    context = settings.summary.context_tokens or (
        LOCAL_CONTEXT_TOKENS if is_local else PROVIDER_CONTEXT_TOKENS
    )
    reply = TOKENS_PER_WORD * settings.summary.max_length
    return max(500, context - PROMPT_TOKENS - reply)


@dataclass
class _Writer:
    """Summarises a transcript at once if it fits the model, else in parts and then as a whole."""

    caller: PaidCaller
    layer: LayerText
    settings: Settings
    on_progress: OnProgress
    n_parts: int = 1

    def write(self) -> CitedSummary:
        lines = _lines(self.layer.segments)
        budget = _budget_tokens(self.settings)
        while True:
            try:
                return self._write_within(lines, budget)
            except (ContextTooLong, ReplyCut):
                # The model reads or writes less than was thought. One line is the least to send.
                if budget <= max(estimate_tokens(line) for line in lines):
                    raise
                budget //= 2

    def _write_within(self, lines: Sequence[str], budget: int) -> CitedSummary:
        parts = split_evenly(lines, budget)
        self.n_parts = len(parts)
        self._tell(0)
        if len(parts) == 1:
            return self._write_whole("\n".join(lines), TRANSCRIPT_MATERIAL)
        notes = self._write_parts(["\n".join(lines[i] for i in part) for part in parts])
        while sum(estimate_tokens(note) for note in notes) > budget and len(notes) > 1:
            joined = [joined_notes([notes[i] for i in p]) for p in split_evenly(notes, budget)]
            if len(joined) >= len(notes):
                break
            notes = self._write_parts(joined)
        return self._write_whole(joined_notes(notes), NOTES_MATERIAL)

    def _write_parts(self, texts: Sequence[str]) -> list[str]:
        """A summary of each part, with its numbers, in order."""
        prompt = self.settings.summary.prompt
        max_words = max(MIN_PART_WORDS, self.settings.summary.max_length // 2)
        questions = [
            Question(
                summary_system(
                    prompt, PART_MATERIAL.format(part=part, parts=len(texts)), max_words
                ),
                text,
                is_usable=says_anything,
            )
            for part, text in enumerate(texts, start=1)
        ]
        return [unwrap(note) for note in self._ask(questions)]

    def _write_whole(self, text: str, material: str) -> CitedSummary:
        """The summary itself, within its limit: shortened once by the model, then by us."""
        max_words = self.settings.summary.max_length
        system = summary_system(self.settings.summary.prompt, material, max_words)
        reply = self._ask([Question(system, text, is_usable=says_anything)])[0]
        summary = self._read(reply)
        if summary.n_words > max_words:
            shorten = Question(SHORTEN.format(words=max_words), reply, is_usable=says_anything)
            summary = cut_to_words(self._read(self._ask([shorten])[0]), max_words)
        return summary

    def _read(self, reply: str) -> CitedSummary:
        return read_summary(reply, range(len(self.layer.segments)), self.layer.language)

    def _ask(self, questions: Sequence[Question]) -> list[str]:
        answers: dict[int, str] = {}
        for index, outcome in self.caller.ask_all(questions):
            if isinstance(outcome, ProviderError):
                raise outcome
            answers[index] = outcome["text"]
            if len(questions) > 1:
                self._tell(len(answers))
        return [answers[index] for index in range(len(questions))]

    def _tell(self, done: int) -> None:
        self.on_progress(Progress(STAGE, done, self.n_parts + 1, "parts"))


def _save(context: StageContext, layer: LayerText, result: _SummaryResult) -> None:
    """One transaction: the summary, what it was made with, and the run's end."""
    content = {
        "brief": result.brief,
        "summary": result.summary,
        "summary_metadata": {**result.metadata, "layer": layer.name, "input": layer.hash},
    }
    told = {
        "words": len((result.summary or "").split()),
        "notices": result.metadata.get("notices", []),
    }
    session = context.session
    with writing(session):
        lesson = lock_unchanged(session, layer)
        accept = context.accept_lower_quality
        replace_layer(session, lesson, LessonLayer.SUMMARY, content, accept_lower_quality=accept)
        if result.run_to_finish is not None:
            finish_run(session, result.run_to_finish)
        context.owner.store_result(session, told)
