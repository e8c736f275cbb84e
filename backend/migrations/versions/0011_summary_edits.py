"""People edit summaries."""

import sqlalchemy as sa
from alembic import op

revision = "0011_summary_edits"
down_revision = "0010_facts"


def upgrade() -> None:
    op.create_table(
        "summary_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("before_by_person", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("text_hash", sa.String(), nullable=True),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_summary_edit"),
        _of_lesson("summary_edit"),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["summary_edit.id"],
            name="fk_summary_edit_superseded_by_summary_edit",
            ondelete="SET NULL",
        ),
    )
    for column in ("lesson_id", "superseded_by"):
        op.create_index(f"ix_summary_edit_{column}", "summary_edit", [column])
    op.create_table(
        "summary_proposal",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("shown_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_summary_proposal"),
        _of_lesson("summary_proposal"),
    )


def _of_lesson(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["lesson_id"], ["lesson.id"], name=f"fk_{table}_lesson_id_lesson", ondelete="CASCADE"
    )
