"""Correction: a language model mends the transcript, group by group, and cannot lose any of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlmodel import Session

from backend.config import Provider, Settings, load_config
from backend.database import Bind, bind_of, refuse_uncommitted_writes, writing
from backend.errors import (
    AllGroupsFailed,
    ContextTooLong,
    InvalidValue,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    ReplyCut,
)
from backend.llm.ledger import Ledger, finish_run, open_run
from backend.llm.paid import Outcome, PaidCaller, Question
from backend.llm.provider import ModelChoice
from backend.models import Segment
from backend.tasks.layers import (
    Layer,
    LessonLayer,
    lock_unchanged,
    read_layer,
    replace_layer,
)
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, Progress, ignore_progress
from backend.tasks.shell import succeeds, succeeds_in_thread
from backend.text.groups import (
    CorrectedGroup,
    Group,
    group_segments,
    match_reply,
    merge_corrections,
)
from backend.text.prompts import correction_system
from backend.text.rules import correct_offline

STAGE = "correction"
SEGMENTS_PER_GROUP = 10
MAX_CONCURRENCY = 10

GIVE_UP_AFTER = 10
"""Groups that fail on end, from the first, because the provider does not answer: each has had all
its attempts, and hundreds more would only make the person wait for hours."""


@dataclass(frozen=True)
class CorrectionOptions:
    """How many segments go into one call, and how many calls go out at once."""

    segments_per_group: int = SEGMENTS_PER_GROUP
    max_concurrency: int = MAX_CONCURRENCY

    def __post_init__(self) -> None:
        for name in ("segments_per_group", "max_concurrency"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InvalidValue(f"{name} must be a whole number from 1 on, not {value!r}.")


DEFAULTS = CorrectionOptions()


def correct_transcript(
    lesson_id: int,
    segments_per_group: int = SEGMENTS_PER_GROUP,
    max_concurrency: int = MAX_CONCURRENCY,
    session: Session | None = None,
) -> bool:
    """Correct a lesson's transcript and store the result as its corrected transcript.

    A group that fails keeps its original text and is named in `correction_metadata`. False if
    nothing could be corrected: then nothing is saved, but the replies that were paid for are
    kept for the next attempt.
    """
    return succeeds(
        lambda used, owner: run_correction(
            lesson_id, used, CorrectionOptions(segments_per_group, max_concurrency), owner=owner
        ),
        session,
    )


async def correct_transcript_async(
    lesson_id: int,
    segments_per_group: int = SEGMENTS_PER_GROUP,
    max_concurrency: int = MAX_CONCURRENCY,
    session: Session | None = None,
) -> bool:
    """`correct_transcript` in a thread; cancelling it sends no further call."""
    return await succeeds_in_thread(
        lambda used, owner: run_correction(
            lesson_id, used, CorrectionOptions(segments_per_group, max_concurrency), owner=owner
        ),
        session,
    )


def run_correction(
    lesson_id: int,
    session: Session,
    options: CorrectionOptions = DEFAULTS,
    on_progress: OnProgress = ignore_progress,
    *,
    owner: Owner | None = None,
    settings: Settings | None = None,
) -> None:
    """The core of `correct_transcript`: raises what went wrong.

    Parameters
    ----------
    owner
        Whom the work is for; None: the caller, who stops it through `on_progress` if at all.
    settings
        Those that hold; None: what config.yaml says now.

    Raises
    ------
    LessonNotFound, NoTranscript, ConfigError, ProviderError, UncommittedWrites, WorkStopped
    InputChanged
        The transcript was replaced while it was corrected: nothing is saved.
    AllGroupsFailed
    """
    refuse_uncommitted_writes(session)
    owner = owner or Owner()
    bind = bind_of(session)
    settings = settings or load_config()
    layer = read_layer(bind, lesson_id, prefer_corrected=False)
    if settings.provider is Provider.OFFLINE:
        result = _correct_offline(layer)
    else:
        terms = _Terms(settings, options, on_progress, owner)
        result = _correct_by_model(bind, layer, terms)
    owner.check()
    owner.persist(partial(_save, session, layer, result, owner))


@dataclass(frozen=True)
class _Terms:
    """What a correction goes by, from its start to its end."""

    settings: Settings
    options: CorrectionOptions
    on_progress: OnProgress
    owner: Owner


@dataclass
class _Result:
    """The corrected segments, what the metadata say, and the run to close if it is complete."""

    segments: list[Segment]
    metadata: dict[str, Any]
    run_to_finish: int | None = None


def _correct_offline(layer: Layer) -> _Result:
    metadata = {"provider": Provider.OFFLINE.value, "model": "rules", "failed_groups": []}
    return _Result(correct_offline(layer.segments, layer.language), metadata)


def _correct_by_model(bind: Bind, layer: Layer, terms: _Terms) -> _Result:
    settings, options, owner = terms.settings, terms.options, terms.owner
    choice = ModelChoice.from_settings(settings, settings.correction)
    run_id = open_run(bind, layer.lesson_id, STAGE)
    ledger = Ledger(bind, run_id, owner)
    correction = _Correction(
        PaidCaller(choice, ledger, options.max_concurrency, owner.stopped),
        correction_system(settings.correction.prompt, layer.language),
        terms.on_progress,
    )
    groups = group_segments(layer.segments, options.segments_per_group)
    correction.correct(groups)
    failed = correction.failed_groups(groups)
    usage = ledger.sum_tokens()
    metadata = {
        "provider": settings.provider.value,
        "base_url": settings.base_url,
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
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    # A run with failed groups stays open: the next attempt asks for those alone.
    return _Result(
        merge_corrections(layer.segments, correction.texts), metadata, None if failed else run_id
    )


@dataclass
class _Correction:
    """The state of one correction: texts by segment id, and the segments that were left."""

    caller: PaidCaller
    system: str
    on_progress: OnProgress
    texts: dict[int, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
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
            raise AllGroupsFailed(
                "No part of the transcript could be corrected, so nothing was saved: "
                + next(iter(self.failures.values()))
            )

    def _ask(self, groups: Sequence[Group]) -> Iterator[tuple[Group, Outcome]]:
        questions = [Question(self.system, group.to_json(), CorrectedGroup) for group in groups]
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
        self.failures.update(dict.fromkeys(group.ids, error.message))
        self.n_failed += 1
        is_away = isinstance(error, ProviderUnavailable | RateLimited)
        if is_away and not self.n_answered and self.n_failed >= GIVE_UP_AFTER:
            raise error

    def failed_groups(self, groups: Sequence[Group]) -> list[dict[str, Any]]:
        """The groups that kept text for want of a reply: number, segment ids and reason."""
        return [
            {"group": number, "segments": left, "reason": self.failures[left[0]]}
            for number, group in enumerate(groups)
            if (left := [segment_id for segment_id in group.ids if segment_id in self.failures])
        ]


def _save(session: Session, layer: Layer, result: _Result, owner: Owner) -> None:
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
    with writing(session):
        lesson = lock_unchanged(session, layer)
        replace_layer(session, lesson, LessonLayer.CORRECTION, content)
        if result.run_to_finish is not None:
            finish_run(session, result.run_to_finish)
        notices = [*_tell_failed(failed), *result.metadata.get("notices", [])]
        owner.store_result(session, {**counts, "failed_groups": len(failed), "notices": notices})


def _tell_failed(failed: Sequence[dict[str, Any]]) -> list[str]:
    """Why the first group that failed did."""
    return [f"Some text was left as it was: {group['reason']}" for group in failed[:1]]


def _tell_limited(asked: int, limit: int | None) -> list[str]:
    """That fewer calls went out at once than the caller asked for, if it asked for a number."""
    if limit is None or asked <= limit or asked == MAX_CONCURRENCY:
        return []
    return [
        f"{asked} calls at once were asked for, and `llm.max_concurrency` allows {limit}: raise "
        "it, or set it to null, for more."
    ]
