"""Correction: a language model mends the transcript, group by group, and cannot lose any of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from sqlmodel import Session

from backend.config.settings import Provider, Settings
from backend.database.sessions import bind_of, writing
from backend.errors.providers import (
    AllGroupsFailed,
    ContextTooLong,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    ReplyCut,
)
from backend.lesson_texts.edits import has_edits
from backend.lesson_texts.layers import (
    LayerText,
    LessonLayer,
    lock_unchanged,
    read_layer,
    replace_layer,
)
from backend.lesson_texts.makers import Maker
from backend.lesson_texts.refused import replace_refused
from backend.llm.ledger import Ledger, count_answered, finish_run, open_run
from backend.llm.paid import Outcome, PaidCaller, Question
from backend.llm.provider import ModelChoice
from backend.models import Segment
from backend.models.notices import Notice, Stored
from backend.sections import Words
from backend.tasks.from_text import require_text_and_model, segments_without_words
from backend.tasks.progress import OnProgress, Progress
from backend.tasks.shell import run_logged, run_logged_in_thread
from backend.tasks.stage import (
    Count,
    LessonSnapshot,
    Stage,
    StageContext,
    StageOptions,
    run_stage,
)
from backend.text.groups import (
    CorrectedGroup,
    Group,
    group_segments,
    match_reply,
    merge_corrections,
)
from backend.text.guard import Refused, sift
from backend.text.prompts import correction_system
from backend.text.rules import correct_offline

STAGE = "correction"
OFFLINE_MODEL = "rules"

GIVE_UP_AFTER = 10
"""Groups that fail on end, from the first, because the provider does not answer: each has had all
its attempts, and hundreds more would only make the person wait for hours."""


class CorrectionOptions(StageOptions):
    """How many segments go into one call, and how many calls go out at once."""

    segments_per_group: Count = 10
    max_concurrency: Count = 10


DEFAULTS = CorrectionOptions()


def correct_transcript(
    lesson_id: int,
    segments_per_group: int = DEFAULTS.segments_per_group,
    max_concurrency: int = DEFAULTS.max_concurrency,
    session: Session | None = None,
    *,
    accept_lower_quality: bool = False,
) -> bool:
    """Correct a lesson's transcript and store the result as its corrected transcript.

    A group that fails keeps its original text and is named in `correction_metadata`. False if
    nothing could be corrected: then nothing is saved, but the replies that were paid for are
    kept for the next attempt. False, too, where a better corrected transcript is there, unless
    `accept_lower_quality` says that it may go.
    """
    return run_logged(
        lambda context: run_stage(
            CORRECTION, context, _options(segments_per_group, max_concurrency)
        ),
        lesson_id,
        session,
        accept_lower_quality=accept_lower_quality,
    )


async def correct_transcript_async(
    lesson_id: int,
    segments_per_group: int = DEFAULTS.segments_per_group,
    max_concurrency: int = DEFAULTS.max_concurrency,
    session: Session | None = None,
    *,
    accept_lower_quality: bool = False,
) -> bool:
    """`correct_transcript` in a thread; cancelling it sends no further call."""
    return await run_logged_in_thread(
        lambda context: run_stage(
            CORRECTION, context, _options(segments_per_group, max_concurrency)
        ),
        lesson_id,
        session,
        accept_lower_quality=accept_lower_quality,
    )


def _options(segments_per_group: int, max_concurrency: int) -> CorrectionOptions:
    return CorrectionOptions.checked(
        segments_per_group=segments_per_group, max_concurrency=max_concurrency
    )


class Correction(Stage[CorrectionOptions]):
    """The corrected transcript, by a language model or by the built-in rules."""

    name = STAGE
    title = Words("Correction", "Correction")
    doing = Words("Correcting", "Correction")
    queue = "language"
    weight = 2
    layer = LessonLayer.CORRECTION
    options = CorrectionOptions
    decisive: ClassVar = {"provider": True, "correction": True}

    def maker(self, settings: Settings) -> Maker:
        if settings.provider is Provider.OFFLINE:
            return Maker(Provider.OFFLINE, OFFLINE_MODEL)
        return Maker(settings.provider, settings.correction.model)

    def has_text(self, state: LessonSnapshot) -> bool:
        return state.texts.corrected is not None

    def is_due(self, state: LessonSnapshot) -> bool:
        transcript = state.texts.transcript
        made_from = (state.lesson.correction_metadata or {}).get("input")
        return (
            transcript is None
            or state.texts.corrected is None
            or made_from != transcript.transcript_hash
        )

    def require_possible(self, state: LessonSnapshot, settings: Settings) -> None:
        require_text_and_model(state, settings, settings.correction)

    def is_edited(self, state: LessonSnapshot) -> bool:
        return has_edits(state.session, state.lesson_id)

    def count_calls(self, state: LessonSnapshot, settings: Settings) -> int:
        if settings.provider is Provider.OFFLINE:
            return 0
        segments = segments_without_words(state.texts.transcript)
        questions = correction_questions(segments, state.lesson.spoken_language, settings)
        choice = ModelChoice.from_settings(settings, settings.correction)
        keys = [question.key(choice) for question in questions]
        return len(keys) - count_answered(bind_of(state.session), state.lesson_id, STAGE, keys)

    def run(self, context: StageContext, options: CorrectionOptions) -> None:
        """
        Raises
        ------
        LessonNotFound, NoTranscript, ConfigError, ProviderError, WorkStopped
        LowerQuality
            A better one came meanwhile, and the context does not say that it may go.
        InputChanged
            The transcript was replaced while it was corrected: nothing is saved.
        AllGroupsFailed
        """
        layer = read_layer(context.bind, context.lesson_id, prefer_corrected=False)
        if context.settings.provider is Provider.OFFLINE:
            result = _correct_offline(layer)
        else:
            result = _correct_by_model(layer, context, options)
        context.owner.check()
        context.owner.persist(partial(_save, context, layer, result))


CORRECTION = Correction()


@dataclass
class _CorrectionResult:
    """The corrected segments, what the metadata say, the run, and what the guard refused."""

    segments: list[Segment]
    metadata: dict[str, Any]
    run_id: int | None = None
    refused: tuple[Refused, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.metadata["failed_groups"]


def _correct_offline(layer: LayerText) -> _CorrectionResult:
    metadata = {"provider": Provider.OFFLINE.value, "model": OFFLINE_MODEL, "failed_groups": []}
    return _CorrectionResult(correct_offline(layer.segments, layer.language), metadata)


def _correct_by_model(
    layer: LayerText, context: StageContext, options: CorrectionOptions
) -> _CorrectionResult:
    settings, owner = context.settings, context.owner
    choice = ModelChoice.from_settings(settings, settings.correction)
    run_id = open_run(context.bind, layer.lesson_id, STAGE)
    ledger = Ledger(context.bind, run_id, owner)
    system = correction_system(settings.correction.prompt, layer.language)
    correction = _Correction(
        PaidCaller(choice, ledger, options.max_concurrency, owner.stopped),
        system,
        context.on_progress,
    )
    groups = group_segments(layer.segments, options.segments_per_group)
    correction.correct(groups)
    failed = correction.failed_groups(groups)
    originals = [segment.text for segment in layer.segments]
    sifted = sift(originals, correction.texts, language=layer.language, prompt=system)
    usage = ledger.sum_tokens()
    metadata = {
        "provider": settings.provider.value,
        "base_url": choice.shown_base_url,
        "model": choice.model,
        "temperature": choice.temperature,
        "prompt": settings.correction.prompt,
        "segments_per_group": options.segments_per_group,
        "max_concurrency": options.max_concurrency,
        "max_concurrency_limit": settings.llm.max_concurrency,
        "notices": _tell_limited(options.max_concurrency, settings.llm.max_concurrency),
        "groups": len(groups),
        "failed_groups": failed,
        "ignored": correction.ignored,
        "refused": _count_refused(sifted.refused),
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    corrected = merge_corrections(layer.segments, sifted.accepted)
    return _CorrectionResult(corrected, metadata, run_id, sifted.refused)


def _count_refused(refused: Sequence[Refused]) -> dict[str, Any]:
    """How many proposals the guard did not let through, by verdict, and how often for which reason.

    A proposal may have several reasons.
    """
    verdicts = Counter(each.judgement.verdict.value for each in refused)
    reasons = Counter(reason.value for each in refused for reason in each.judgement.reasons)
    return {"segments": len(refused), "verdicts": dict(verdicts), "reasons": dict(reasons)}


def correction_questions(
    segments: Sequence[Segment], language: str | None, settings: Settings
) -> list[Question]:
    """What a correction with the usual options asks first of all."""
    system = correction_system(settings.correction.prompt, language)
    per_group = DEFAULTS.segments_per_group
    return [_question(system, group) for group in group_segments(segments, per_group)]


def _question(system: str, group: Group) -> Question:
    return Question(system, group.to_json(), CorrectedGroup)


@dataclass
class _Correction:
    """The state of one correction: texts by segment id, and the segments that were left."""

    caller: PaidCaller
    system: str
    on_progress: OnProgress
    texts: dict[int, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    failures: dict[int, ProviderError] = field(default_factory=dict)
    """Why a segment kept its text, by its id."""
    n_answered: int = 0
    n_failed: int = 0

    def correct(self, groups: Sequence[Group]) -> None:
        """Ask for all groups; those whose reply was cut off are halved and asked for again."""
        n_segments = sum(len(group.ids) for group in groups)
        n_done = 0
        todo = list(groups)
        self.on_progress(Progress(STAGE, 0, n_segments, "segments"))
        while todo:
            halves: list[Group] = []
            for group, outcome in self._ask(todo):
                if isinstance(outcome, ReplyCut | ContextTooLong) and group.halves():
                    halves.extend(group.halves())
                    continue
                self._take(group, outcome)
                n_done += len(group.ids)
                self.on_progress(Progress(STAGE, n_done, n_segments, "segments"))
            todo = halves
        if groups and not self.n_answered:
            first = next(iter(self.failures.values()))
            raise AllGroupsFailed(
                "No part of the transcript could be corrected, so nothing was saved: "
                f"{first.message}",
                facts=first.facts,
            )

    def _ask(self, groups: Sequence[Group]) -> Iterator[tuple[Group, Outcome]]:
        questions = [_question(self.system, group) for group in groups]
        for index, outcome in self.caller.ask_all(questions):
            yield groups[index], outcome

    def _take(self, group: Group, outcome: Outcome) -> None:
        if isinstance(outcome, ProviderError):
            self._note_failure(group, outcome)
            return
        matched = match_reply(group, CorrectedGroup.model_validate(outcome))
        self.texts.update(matched.texts)
        self.ignored.extend(matched.ignored)
        self.n_answered += 1

    def _note_failure(self, group: Group, error: ProviderError) -> None:
        self.failures.update(dict.fromkeys(group.ids, error))
        self.n_failed += 1
        is_away = isinstance(error, ProviderUnavailable | RateLimited)
        if is_away and not self.n_answered and self.n_failed >= GIVE_UP_AFTER:
            raise error

    def failed_groups(self, groups: Sequence[Group]) -> list[dict[str, Any]]:
        """The groups that kept text for want of a reply: number, segment ids and reason.

        The reason is there as a sentence, and as the `code` and `facts` of the error.
        """
        return [
            {"group": number, "segments": left, **_tell_reason(self.failures[left[0]])}
            for number, group in enumerate(groups)
            if (left := [segment_id for segment_id in group.ids if segment_id in self.failures])
        ]


def _tell_reason(error: ProviderError) -> dict[str, Any]:
    return {"reason": error.message, "code": error.code, "facts": dict(error.facts)}


def _save(context: StageContext, layer: LayerText, result: _CorrectionResult) -> None:
    """One transaction: the corrected transcript, what it was made with, and the run's end."""
    changed = sum(
        before.text != after.text
        for before, after in zip(layer.segments, result.segments, strict=True)
    )
    counts = {"segments": len(layer.segments), "changed_segments": changed}
    content = {
        "corrected_transcript": result.segments,
        "correction_metadata": {**result.metadata, **counts, "input": layer.hash},
    }
    failed = result.metadata["failed_groups"]
    session = context.session
    with writing(session):
        lesson = lock_unchanged(session, layer)
        accept = context.accept_lower_quality
        replace_layer(session, lesson, LessonLayer.CORRECTION, content, accept_lower_quality=accept)
        model, run_id = result.metadata["model"], result.run_id
        replace_refused(session, layer.lesson_id, result.refused, model=model, run_id=run_id)
        # A run with failed groups stays open: the next attempt asks for those alone.
        if run_id is not None and result.is_complete:
            finish_run(session, run_id)
        notices = [
            *_tell_failed(failed),
            *_tell_refused(result.refused),
            *result.metadata.get("notices", []),
        ]
        told = {**counts, "failed_groups": len(failed), "notices": notices}
        context.owner.store_result(session, told)


def _tell_failed(failed: Sequence[dict[str, Any]]) -> list[Stored]:
    """Why the first group that failed did."""
    return [
        Notice(
            "text-left",
            f"Some text was left as it was: {group['reason']}",
            {**group["facts"], "cause": group["code"]},
        ).to_json()
        for group in failed[:1]
    ]


def _tell_refused(refused: Sequence[Refused]) -> list[Stored]:
    """That proposals were not applied, if any."""
    if not refused:
        return []
    n = len(refused)
    text = (
        f"Kept as heard: {n} {'segment' if n == 1 else 'segments'}, whose correction might have "
        "changed what was said."
    )
    return [Notice("proposals-refused", text, {"n": n}).to_json()]


def _tell_limited(asked: int, limit: int | None) -> list[Stored]:
    """That fewer calls went out at once than the caller asked for, if it asked for a number."""
    if limit is None or asked <= limit or asked == DEFAULTS.max_concurrency:
        return []
    text = (
        f"{asked} calls at once were asked for, and `llm.max_concurrency` allows {limit}: raise "
        "it, or set it to null, for more."
    )
    return [Notice("calls-limited", text, {"asked": asked, "limit": limit}).to_json()]
