"""What people do to lessons: edits, notes, and lessons that were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0004_people"
down_revision = "0003_search"


def upgrade() -> None:
    _create_edits()
    _create_notes()
    op.create_table(
        "trashed_lesson",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_trashed_lesson"),
        _of_lesson("trashed_lesson"),
    )
    op.create_index("ix_trashed_lesson_removed_at", "trashed_lesson", ["removed_at"])


def _of_lesson(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["lesson_id"], ["lesson.id"], name=f"fk_{table}_lesson_id_lesson", ondelete="CASCADE"
    )


def _create_edits() -> None:
    op.create_table(
        "segment_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=True),
        sa.Column("first_word", sa.Integer(), nullable=True),
        sa.Column("end_word", sa.Integer(), nullable=True),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("before_by_person", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_segment_edit"),
        _of_lesson("segment_edit"),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["segment_edit.id"],
            name="fk_segment_edit_superseded_by_segment_edit",
            ondelete="SET NULL",
        ),
    )
    for column in ("lesson_id", "superseded_by"):
        op.create_index(f"ix_segment_edit_{column}", "segment_edit", [column])
    op.create_table(
        "correction_proposal",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=True),
        sa.Column("transcript_hash", sa.String(), nullable=True),
        sa.Column("shown_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_correction_proposal"),
        _of_lesson("correction_proposal"),
    )


def _create_notes() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("first_segment", sa.Integer(), nullable=True),
        sa.Column("first_word", sa.Integer(), nullable=True),
        sa.Column("last_segment", sa.Integer(), nullable=True),
        sa.Column("last_word", sa.Integer(), nullable=True),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        _of_lesson("note"),
    )
    op.create_index("ix_note_lesson_id", "note", ["lesson_id"])
