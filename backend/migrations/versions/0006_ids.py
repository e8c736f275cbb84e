"""Ids of lessons and tasks are never given twice.

SQLite gives the id of a removed newest row to the next one, unless it is told not to: old tasks of
a removed lesson, tried again, would work on another lesson. PostgreSQL's sequences only go on.
"""

from alembic import op

revision = "0006_ids"
down_revision = "0005_uploads"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # Copied one by one and renamed: foreign keys are not enforced during an upgrade, so nothing
    # that refers to a row is taken along when the former table goes.
    for table in ("lesson", "task"):
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass
    # The copy of an index does not know its order.
    op.drop_index("ix_task_order", "task")
    op.execute("CREATE INDEX ix_task_order ON task (status, priority DESC, id)")
