"""Search: the passages of all lessons, and their words. The lessons are indexed by 0012."""

import sqlalchemy as sa
from alembic import op

revision = "0003_search"
down_revision = "0002_workers"

# The passages hold the text and its folded words; the full-text table, which would else keep a copy
# of its own, follows them. `ascii` parts words at spaces and leaves them as they are: they are
# folded already. Ranking is not SQLite's, so that it need not keep the lengths (columnsize).
FULL_TEXT_TABLE = """
CREATE VIRTUAL TABLE search_words USING fts5(
    words,
    content='search_passage', content_rowid='id', tokenize='ascii', prefix='2 3', columnsize=0
)
"""
INSERT_TRIGGER = """
CREATE TRIGGER search_passage_inserted AFTER INSERT ON search_passage BEGIN
    INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
END
"""
DELETE_TRIGGER = """
CREATE TRIGGER search_passage_deleted AFTER DELETE ON search_passage BEGIN
    INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
END
"""


def upgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "search_passage",
        sa.Column("id", sa.BigInteger() if is_postgres else sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=True),
        sa.Column("start", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "words", sa.dialects.postgresql.TSVECTOR() if is_postgres else sa.Text(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_passage"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name="fk_search_passage_lesson_id_lesson",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_search_passage_lesson_id", "search_passage", ["lesson_id"])
    if is_postgres:
        op.create_index(
            "ix_search_passage_words", "search_passage", ["words"], postgresql_using="gin"
        )
    else:
        for statement in (FULL_TEXT_TABLE, INSERT_TRIGGER, DELETE_TRIGGER):
            op.execute(statement)
