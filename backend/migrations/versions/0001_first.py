"""The library, the tasks, and the finished pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_index("ix_course_title", "course", ["title"], unique=True)

    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_theme_course_id_course", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_theme_course_id", "theme", ["course_id"])

    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=True),
        sa.Column("audio_sha256", sa.String(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("transcript", sa.JSON(), nullable=True),
        sa.Column("corrected_transcript", sa.JSON(), nullable=True),
        sa.Column("brief", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("transcript_metadata", sa.JSON(), nullable=True),
        sa.Column("correction_metadata", sa.JSON(), nullable=True),
        sa.Column("summary_metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lesson"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_lesson_course_id_course", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name="fk_lesson_theme_id_theme", ondelete="SET NULL"
        ),
    )
    for column in ("audio_sha256", "course_id", "date", "theme_id"):
        op.create_index(f"ix_lesson_{column}", "lesson", [column])

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="pending"),
        sa.Column("parameters", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("progress", sa.Float(), nullable=False, server_default=sa.text("0")),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.current_timestamp(),
        ),
        sa.Column("start_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    for column in ("status", "task_type"):
        op.create_index(f"ix_task_{column}", "task", [column])

    op.create_table(
        "transcript_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("speech_seconds", sa.Float(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("language_probability", sa.Float(), nullable=True),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transcript_window"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name="fk_transcript_window_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "lesson_id",
            "fingerprint",
            "position",
            name="uq_transcript_window_lesson_id_fingerprint_position",
        ),
    )

    op.create_table(
        "llm_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_llm_run"),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name="fk_llm_run_lesson_id_lesson", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_llm_run_lesson_id", "llm_run", ["lesson_id"])

    op.create_table(
        "llm_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_llm_call"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["llm_run.id"], name="fk_llm_call_run_id_llm_run", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("run_id", "key", "attempt", name="uq_llm_call_run_id_key_attempt"),
    )
