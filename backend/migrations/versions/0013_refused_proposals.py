"""What the guard did not let through is kept, for a person to decide on."""

import sqlalchemy as sa
from alembic import op

revision = "0013_refused_proposals"
down_revision = "0012_readings"


def upgrade() -> None:
    op.create_table(
        "refused_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_proposal"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name="fk_refused_proposal_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["llm_run.id"],
            name="fk_refused_proposal_run_id_llm_run",
            ondelete="SET NULL",
        ),
    )
    for column in ("lesson_id", "run_id"):
        op.create_index(f"ix_refused_proposal_{column}", "refused_proposal", [column])
