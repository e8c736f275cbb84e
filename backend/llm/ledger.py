"""The ledger of paid replies: within a run, an answered question is never paid for again."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from sqlalchemy import Text, cast, func, null, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from backend.database.sessions import Bind, begin_write
from backend.errors.lessons import InputChanged, LessonNotFound
from backend.errors.providers import (
    ReplyCut,
    ReplyMalformed,
    ReplyRefused,
    ReplyUnfinished,
    UnusableReply,
)
from backend.llm.calls import Reply
from backend.llm.provider import ModelChoice
from backend.llm.replies import Usage
from backend.models import CallOutcome, Lesson, LlmCall, LlmRun
from backend.models.columns import utc_now
from backend.models.people import WITH_REMOVED

OUTCOMES: dict[type[UnusableReply], CallOutcome] = {
    ReplyCut: CallOutcome.CUT,
    ReplyUnfinished: CallOutcome.UNFINISHED,
    ReplyRefused: CallOutcome.REFUSED,
    ReplyMalformed: CallOutcome.MALFORMED,
}


T = TypeVar("T")


class LedgerOwner(Protocol):
    """Whom a run's replies are kept for."""

    def persist(self, write: Callable[[], T]) -> T:
        """Do what needs the database; where it is away, give up or do it again. Any thread may
        call it."""
        ...

    def note_receipt(self, session: Session) -> None:
        """A paid reply is kept in this transaction; raises nothing."""
        ...


def open_run(bind: Bind, lesson_id: int, stage: str) -> int:
    """The id of the lesson's unfinished run of a stage, or of a new one.

    Raises
    ------
    LessonNotFound
    """
    with Session(bind) as session:
        # Two that start at once must find the same run: the second waits for the first's commit.
        begin_write(session)
        lesson = select(Lesson.id).where(Lesson.id == lesson_id).with_for_update()
        if session.exec(lesson).first() is None:
            raise LessonNotFound(lesson_id)
        run = session.exec(_unfinished_runs(lesson_id, stage)).first()
        if run is None:
            run = LlmRun(lesson_id=lesson_id, stage=stage)
            session.add(run)
        session.commit()
        assert run.id is not None
        return run.id


def _unfinished_runs(lesson_id: int, stage: str) -> SelectOfScalar[LlmRun]:
    return (
        select(LlmRun)
        .where(LlmRun.lesson_id == lesson_id, LlmRun.stage == stage)
        .where(col(LlmRun.finished_at).is_(None))
        .order_by(col(LlmRun.id).desc())
    )


def count_answered(bind: Bind, lesson_id: int, stage: str, keys: Collection[str]) -> int:
    """How many of these questions the lesson's unfinished run has an answer to."""
    with Session(bind) as session:
        run = session.exec(_unfinished_runs(lesson_id, stage)).first()
        if run is None:
            return 0
        answered = select(LlmCall.key).where(
            LlmCall.run_id == run.id, LlmCall.outcome == CallOutcome.ANSWERED
        )
        return len(set(session.exec(answered)) & set(keys))


def finish_run(session: Session, run_id: int) -> None:
    """Close a run on the caller's session, in the same commit as the run's result."""
    finished = update(LlmRun).where(col(LlmRun.id) == run_id).values(finished_at=utc_now())
    session.connection().execute(finished)


def call_key(choice: ModelChoice, *, system: str, user: str, answer_form: str) -> str:
    """The hash of all that decides an answer but chance.

    `answer_form` names the form that is asked for and its version; it must change with the form,
    so that an answer in an old one is not replayed.
    """
    asked = [choice.provider, choice.base_url, choice.model, choice.temperature]
    text = json.dumps([*asked, system, user, answer_form], ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Ledger:
    """The paid replies of one run. Each method is one short transaction of its own.

    What was paid for is recorded through the owner, who may do it again while the database is
    away.
    """

    def __init__(self, bind: Bind, run_id: int, owner: LedgerOwner) -> None:
        self.engine = bind.engine
        self.owner = owner
        self._bind = bind
        self._run_id = run_id
        # The lesson's lock and not the run's: whoever removes a lesson locks it before its tasks,
        # and the owner may change its task in a transaction of ours.
        self._lock_lesson = (
            select(Lesson.id)
            .join(LlmRun, col(LlmRun.lesson_id) == Lesson.id)
            .where(LlmRun.id == run_id)
            .with_for_update(of=Lesson)
            .execution_options(**WITH_REMOVED)  # paid is paid
        )

    def find_answers(self, keys: Collection[str]) -> dict[str, Any]:
        """Those of `keys` that are answered, with what is kept as their answers, in one query.

        None stands for what cannot be read.
        """
        # All answers of the run: a list of keys in the query would meet the databases' limit of
        # parameters, and a run holds little that its caller does not ask for. As text: one that is
        # no JSON must not keep all the others from being found.
        answered = select(LlmCall.key, cast(col(LlmCall.response), Text)).where(
            LlmCall.run_id == self._run_id, LlmCall.outcome == CallOutcome.ANSWERED
        )
        wanted = set(keys)
        with Session(self._bind) as session:
            rows = session.exec(answered).all()
        return {key: _read_json(response) for key, response in rows if key in wanted}

    def set_aside(self, key: str) -> None:
        """Keep no more than the account of an answer that cannot be used: it is asked for again."""

        def write() -> None:
            with self._writing() as session:
                answer = update(LlmCall).where(
                    col(LlmCall.run_id) == self._run_id,
                    col(LlmCall.key) == key,
                    col(LlmCall.outcome) == CallOutcome.ANSWERED,
                )
                session.execute(answer.values(outcome=CallOutcome.SET_ASIDE, response=null()))

        self.owner.persist(write)

    def find_cut(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` whose reply was cut off at its length limit: asked again it would be
        cut off, and paid for, again."""
        cut_off = select(LlmCall.key).where(
            LlmCall.run_id == self._run_id, LlmCall.outcome == CallOutcome.CUT
        )
        with Session(self._bind) as session:
            found = session.exec(cut_off).all()
        return set(keys).intersection(found)

    def sum_tokens(self) -> Usage:
        """What the run was charged for so far, unusable replies included."""
        sums = select(func.sum(LlmCall.input_tokens), func.sum(LlmCall.output_tokens)).where(
            LlmCall.run_id == self._run_id
        )
        with Session(self._bind) as session:
            input_tokens, output_tokens = session.exec(sums).one()
        return Usage(input_tokens, output_tokens)

    def record_answer(
        self, key: str, choice: ModelChoice, response: dict[str, Any], reply: Reply[Any]
    ) -> None:
        """Keep a usable answer, and the unusable replies that were paid on the way to it.

        An answer that another process recorded first stays.
        """
        failed = [_unusable_call(choice, error) for error in reply.unusable_replies]
        answer = _paid_call(choice, CallOutcome.ANSWERED, reply) | {"response": response}
        self._record(key, [*failed, answer])

    def record_unusable(self, key: str, choice: ModelChoice, error: UnusableReply) -> None:
        """Keep the account of a reply that was paid for and is never replayed.

        Of an error that a caller raised, record each of its `unusable_replies`.
        """
        self._record(key, [_unusable_call(choice, error)])

    def _record(self, key: str, calls: Sequence[dict[str, Any]]) -> None:
        tried: set[int | None] = set()
        self.owner.persist(lambda: self._try_to_record(key, calls, tried))

    def _try_to_record(
        self, key: str, calls: Sequence[dict[str, Any]], tried: set[int | None]
    ) -> None:
        """Record in one transaction; `tried` keeps the ids for the case that it is done again."""
        with self._writing() as session:
            recorded = select(LlmCall.id, LlmCall.outcome).where(
                LlmCall.run_id == self._run_id, LlmCall.key == key
            )
            outcomes = dict(session.exec(recorded).all())
            if tried & outcomes.keys():
                return  # the commit before went through, and only the word of it was lost
            is_answered = CallOutcome.ANSWERED in outcomes.values()
            new = [
                LlmCall(run_id=self._run_id, key=key, attempt=attempt, **call)
                for attempt, call in enumerate(calls, start=len(outcomes))
                if not (is_answered and call["outcome"] == CallOutcome.ANSWERED)
            ]
            session.add_all(new)
            session.flush()
            tried.update(call.id for call in new)
            self.owner.note_receipt(session)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A session that holds the lesson's lock, so that attempts are numbered without a gap."""
        with Session(self._bind) as session:
            begin_write(session)
            if session.exec(self._lock_lesson).first() is None:
                raise InputChanged(
                    "The lesson was removed while it was being worked on, so a reply of the model "
                    "could not be kept."
                )
            yield session
            session.commit()


def _read_json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _paid_call(
    choice: ModelChoice, outcome: CallOutcome, charged: Reply[Any] | UnusableReply
) -> dict[str, Any]:
    """The values of a call's row, but for its place in the run."""
    return {
        "outcome": outcome,
        "provider": choice.provider,
        "model": choice.model,
        "input_tokens": charged.input_tokens,
        "output_tokens": charged.output_tokens,
    }


def _unusable_call(choice: ModelChoice, error: UnusableReply) -> dict[str, Any]:
    return _paid_call(choice, OUTCOMES[type(error)], error) | {"reason": error.message}
