"""The index: a derived table of passages, kept in step with the lessons' texts.

A passage is what can be found: a segment as readers see it (corrected where there is a correction),
or a lesson's title, brief or summary. The table `search_passage` holds each one's text, for
showing, and its folded words, for finding: those of its first reading and, where they differ, those
of the second one after them. On PostgreSQL these are a tsvector with a GIN index; on SQLite the
full-text table `search_words` follows the passages by triggers. The table serves search alone, and
can be made anew from the lessons at any time (`rebuild`). So can `search_word`, which has each word
once (`backend.index.vocabulary`).

The index changes in the transaction of the text, by one way alone: mapper events of `Lesson`, which
SQLAlchemy calls in every flush, on its connection, from the moment that the process has an engine
(`backend.database`). Calls at each place that writes a text would be
forgotten at the next place, and by everybody who assigns `lesson.transcript` in a script of their
own. Triggers of the database would see plain SQL too, but cannot fold words as Python does, so that
both databases find the same. Whoever changes a lesson by plain SQL, or by SQLAlchemy's bulk
statements, which call no events, calls `index_lesson` or rebuilds. A removed lesson takes its
passages along by the foreign key, whoever removes it.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from weakref import WeakSet

from pydantic import BaseModel, TypeAdapter
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Session, SQLModel

from backend.index.folding import find_words, fold_readings
from backend.index.vocabulary import delete_unused_words, remember_words
from backend.models import Lesson
from backend.models.transcript import Text as PlainText

logger = logging.getLogger("lectern.search")

MOST_PASSAGE_WORDS = 1_000
"""A longer text makes several passages: PostgreSQL counts the places of words up to 16,383, and a
tsvector has at most 1 MiB."""

SLOT_BITS = 24
"""The passages of a lesson have the ids from `lesson_id << SLOT_BITS` on, so that an id tells its
lesson, the newest lessons have the highest ids, and a passage that stays keeps its id."""

HEADS_FROM = 1 << 60
"""To the ids of titles, briefs and summaries this is added: they can be found apart."""

SEGMENT = "segment"
HEADS = ("title", "brief", "summary")
TRANSCRIPTS = ("transcript", "corrected_transcript")

lesson_table = SQLModel.metadata.tables["lesson"]
passage_table = Table(
    "search_passage",
    MetaData(),  # of its own: it is no model, but can be derived from the models
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lesson_id", Integer, nullable=False),
    Column("part", String, nullable=False),
    Column("segment", Integer),
    Column("start", Float),
    Column("text", Text, nullable=False),
    Column("words", TSVECTOR().with_variant(Text(), "sqlite"), nullable=False),
)


class Passage(NamedTuple):
    """A row of the table, without its words. `segment` and `start` are those of a segment."""

    id: int
    lesson_id: int
    part: str
    segment: int | None
    start: float | None
    text: str


PASSAGE_COLUMNS = [passage_table.c[name] for name in Passage._fields]


def id_range(lesson_id: int, base: int) -> tuple[int, int]:
    """The ids that a lesson's passages may have, the last one excluded; base 0 or HEADS_FROM."""
    return base + (lesson_id << SLOT_BITS), base + ((lesson_id + 1) << SLOT_BITS)


def lesson_of_passage(passage_id: int) -> int:
    return (passage_id & (HEADS_FROM - 1)) >> SLOT_BITS


# --- keeping in step -------------------------------------------------------------------------


_engines: WeakSet[Engine] = WeakSet()
"""The databases that have an index. A script may put the tables into one of its own."""


def keep_in_step(engine: Engine) -> None:
    """From now on each lesson that this process writes to this database is indexed."""
    _engines.add(engine)
    for moment in ("after_insert", "after_update"):
        if not event.contains(Lesson, moment, _index_written):
            event.listen(Lesson, moment, _index_written)


def _index_written(mapper: object, connection: Connection, lesson: Lesson) -> None:
    """Called within each flush that writes a lesson, in its transaction."""
    if connection.engine not in _engines:
        return
    assert lesson.id is not None
    attributes = inspect(lesson).attrs
    if any(attributes[name].history.has_changes() for name in HEADS):
        _store(connection, id_range(lesson.id, HEADS_FROM), _read_heads(connection, lesson.id))
    if any(attributes[name].history.has_changes() for name in TRANSCRIPTS):
        _store(connection, id_range(lesson.id, 0), _read_segments(connection, lesson.id))


def index_lesson(connection: Connection, lesson_id: int) -> None:
    """Bring the passages of a lesson into step with its texts as they are in the database.

    What has not changed is not written. Without such a lesson, its passages go.
    """
    _store(connection, id_range(lesson_id, HEADS_FROM), _read_heads(connection, lesson_id))
    _store(connection, id_range(lesson_id, 0), _read_segments(connection, lesson_id))


def unindex_lesson(connection: Connection, lesson_id: int) -> None:
    """Take a lesson's passages out of the index."""
    connection.execute(delete(passage_table).where(passage_table.c.lesson_id == lesson_id))


def _store(connection: Connection, ids: tuple[int, int], wanted: Iterable[Passage]) -> None:
    first, end = ids
    in_range = (passage_table.c.id >= first, passage_table.c.id < end)
    found = connection.execute(select(*PASSAGE_COLUMNS).where(*in_range))
    stored = {row.id: Passage(*row) for row in found}
    kept = {passage.id: passage for passage in wanted}
    obsolete = [{"obsolete": id_} for id_, passage in stored.items() if kept.get(id_) != passage]
    new = [passage for id_, passage in kept.items() if stored.get(id_) != passage]
    if obsolete:
        connection.execute(_DELETE_ONE, obsolete)
    if new:
        _insert(connection, new)


def _insert(connection: Connection, passages: list[Passage]) -> None:
    make_words = _WORDS[connection.dialect.name]
    known: set[str] = set()
    rows = []
    for passage in passages:
        readings = fold_readings(passage.text)
        rows.append(passage._asdict() | {"words": make_words(readings)})
        known.update(*readings)
    connection.execute(insert(passage_table), rows)
    remember_words(connection, known)


_DELETE_ONE = delete(passage_table).where(passage_table.c.id == bindparam("obsolete"))


BETWEEN_READINGS = "\u00a6"
"""For SQLite it is a word, so that no phrase goes on from one reading to the next; no text has it
for a word. For PostgreSQL a place stays empty."""


def _spaced_words(readings: list[list[str]]) -> str:
    return f" {BETWEEN_READINGS} ".join(" ".join(words) for words in readings)


def _tsvector(readings: list[list[str]]) -> str:
    """The words with their places, so that PostgreSQL parses and folds nothing itself.

    A folded word has neither quotes nor backslashes.
    """
    lexemes, place = [], 0
    for words in readings:
        lexemes += [f"'{word}':{number}" for number, word in enumerate(words, place + 1)]
        place += len(words) + 1
    return " ".join(lexemes)


_WORDS = {"sqlite": _spaced_words, "postgresql": _tsvector}


# --- what is to be found ---------------------------------------------------------------------


class _Spoken(BaseModel):
    """What of a segment is searched; all else is not even read."""

    start: float
    text: PlainText


_SPOKEN = TypeAdapter(list[_Spoken] | None)


def _read_heads(connection: Connection, lesson_id: int) -> Iterator[Passage]:
    columns = (lesson_table.c[name] for name in HEADS)
    row = connection.execute(select(*columns).where(lesson_table.c.id == lesson_id)).first()
    texts = zip(HEADS, row or (), strict=False)
    cut = ((part, piece) for part, text_ in texts for piece in _cut(text_ or ""))
    first, _ = id_range(lesson_id, HEADS_FROM)
    for passage_id, (part, piece) in enumerate(cut, first):
        if piece.strip():
            yield Passage(passage_id, lesson_id, part, None, None, piece)


def _read_segments(connection: Connection, lesson_id: int) -> Iterator[Passage]:
    seen = func.coalesce(lesson_table.c.corrected_transcript, lesson_table.c.transcript)
    statement = select(cast(seen, Text)).where(lesson_table.c.id == lesson_id)
    spoken = _parse(connection.scalar(statement), lesson_id)
    cut = ((number, s, piece) for number, s in enumerate(spoken) for piece in _cut(s.text))
    first, _ = id_range(lesson_id, 0)
    for passage_id, (number, segment, piece) in enumerate(cut, first):
        if piece.strip():
            yield Passage(passage_id, lesson_id, SEGMENT, number, segment.start, piece)


def _parse(transcript: str | None, lesson_id: int) -> list[_Spoken]:
    try:
        return _SPOKEN.validate_json(transcript or "null") or []
    except ValueError:
        # Only by plain SQL. Whoever opens the lesson is told; the other lessons can be searched.
        logger.warning(
            "The transcript of lesson %d cannot be read, so it cannot be searched: transcribe it "
            "again.",
            lesson_id,
        )
        return []


def _cut(passage: str) -> Iterator[str]:
    """The text in pieces of at most MOST_PASSAGE_WORDS words; a text without words has none."""
    words = list(find_words(passage)) if len(passage) > MOST_PASSAGE_WORDS else None
    if words is None or len(words) <= MOST_PASSAGE_WORDS:
        yield passage
        return
    starts = [0, *(word.start for word in words[MOST_PASSAGE_WORDS::MOST_PASSAGE_WORDS])]
    for start, end in zip(starts, [*starts[1:], len(passage)], strict=True):
        yield passage[start:end]


# --- the whole -------------------------------------------------------------------------------


def rebuild(session: Session) -> Iterator[int]:
    """Make the index anew, lesson by lesson; gives the id of each one that is done.

    Each lesson is a transaction: search goes on meanwhile, and memory holds one lesson at most.
    """
    _mend_full_text(session)
    known = select(lesson_table.c.id)
    session.execute(delete(passage_table).where(passage_table.c.lesson_id.not_in(known)))
    session.commit()
    for lesson_id in session.scalars(known.order_by(lesson_table.c.id)).all():
        connection = session.connection()
        # Held until the commit: its text must not change between being read and being indexed.
        # SQLite, which knows no such locks, takes the one for writing with the deletion.
        connection.execute(known.where(lesson_table.c.id == lesson_id).with_for_update())
        unindex_lesson(connection, lesson_id)
        index_lesson(connection, lesson_id)
        session.commit()
        yield lesson_id
    compact(session)


def compact(session: Session) -> None:
    """Let go of the words of what was removed, and commit.

    SQLite's full-text index only marks them as removed until it next merges its parts. It takes
    seconds for a million segments. PostgreSQL does it by itself (autovacuum).
    """
    _command_full_text(session, "optimize")
    delete_unused_words(session.connection())
    session.commit()


def _mend_full_text(session: Session) -> None:
    """Whatever has become of SQLite's full-text table: after this it fits the passages."""
    _command_full_text(session, "rebuild")


def _command_full_text(session: Session, command: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        statement = text("INSERT INTO search_words (search_words) VALUES (:command)")
        session.execute(statement, {"command": command})
        session.commit()
