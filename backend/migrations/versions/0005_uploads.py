"""What a watched folder has brought."""

import sqlalchemy as sa
from alembic import op

revision = "0005_uploads"
down_revision = "0004_people"


def upgrade() -> None:
    op.create_table(
        "watched_file",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_watched_file"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name="fk_watched_file_lesson_id_lesson",
            ondelete="SET NULL",
        ),
    )
    for column in ("sha256", "lesson_id"):
        op.create_index(f"ix_watched_file_{column}", "watched_file", [column])
