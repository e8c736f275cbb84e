"""Words are found however they are written, and near ones too: the index is made anew."""

import sqlalchemy as sa
from alembic import op

from backend.index.notes import note_words
from backend.index.passages import index_lesson

revision = "0012_readings"
down_revision = "0011_summary_edits"


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "search_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
    )
    op.create_index("ix_search_word_word", "search_word", ["word"])
    if connection.dialect.name == "sqlite":
        # The words of the full-text table; it holds nothing itself.
        op.execute("CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_words, row)")
    _fold_notes(connection)
    _index_lessons(connection)


def _fold_notes(connection: sa.Connection) -> None:
    notes = connection.execute(sa.text("SELECT id, text, quote FROM note")).all()
    for note_id, text, quote in notes:
        connection.execute(
            sa.text("UPDATE note SET words = :words WHERE id = :id"),
            {"words": note_words(text, quote), "id": note_id},
        )


def _index_lessons(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        # All at once: passage by passage, the full-text table would note each that goes.
        op.execute("INSERT INTO search_words (search_words) VALUES ('delete-all')")
        op.execute("DROP TRIGGER search_passage_deleted")
        op.execute("DELETE FROM search_passage")
        op.execute(DELETE_TRIGGER)
    else:
        op.execute("TRUNCATE search_passage")
        op.drop_index("ix_search_passage_words")
    for lesson_id in connection.scalars(sa.text("SELECT id FROM lesson ORDER BY id")).all():
        index_lesson(connection, lesson_id)
    if connection.dialect.name == "sqlite":
        op.execute("INSERT INTO search_words (search_words) VALUES ('optimize')")
    else:
        op.create_index(
            "ix_search_passage_words", "search_passage", ["words"], postgresql_using="gin"
        )


DELETE_TRIGGER = """
CREATE TRIGGER search_passage_deleted AFTER DELETE ON search_passage BEGIN
    INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
END
"""
