"""Background work: the tasks' order and owners, the workers, the providers' pace, former texts."""

import sqlalchemy as sa
from alembic import op

revision = "0002_workers"
down_revision = "0001_first"

NOTIFY_FUNCTION = """
CREATE FUNCTION lectern_notify_task() RETURNS trigger AS $$
BEGIN
    PERFORM pg_notify('lectern_task', '');
    RETURN NULL;
END
$$ LANGUAGE plpgsql
"""
NOTIFY_TRIGGER = """
CREATE TRIGGER lectern_task_changed
AFTER INSERT OR UPDATE OF status, run_id, depends_on, priority ON task
FOR EACH STATEMENT EXECUTE FUNCTION lectern_notify_task()
"""


def upgrade() -> None:
    _widen_task()
    _create_worker_tables()
    op.create_table(
        "former_layer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_layer"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name="fk_former_layer_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("lesson_id", "layer", name="uq_former_layer_lesson_id_layer"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Whoever inserts a row, by whatever means, wakes the workers.
        op.execute(NOTIFY_FUNCTION)
        op.execute(NOTIFY_TRIGGER)


def _widen_task() -> None:
    for column in (
        sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("depends_on", sa.Integer(), nullable=True),
        sa.Column("progress_message", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("crashes", sa.Integer(), nullable=False, server_default=sa.text("0")),
    ):
        op.add_column("task", column)
    op.drop_index("ix_task_status", "task")
    # The order in which tasks begin; the models cannot say it so that both databases agree.
    op.execute("CREATE INDEX ix_task_order ON task (status, priority DESC, id)")
    op.create_index("ix_task_lesson", "task", ["lesson_id", "status", "run_id", "priority", "id"])
    op.create_index("ix_task_depends_on", "task", ["depends_on"])


def _create_worker_tables() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("stages", sa.String(), nullable=False),
        sa.Column("ttl_seconds", sa.Float(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_table(
        "provider_pace",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("held_until", sa.Float(), nullable=False),
        sa.Column("next_call_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_provider_pace"),
    )
