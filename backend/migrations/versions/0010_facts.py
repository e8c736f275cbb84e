"""What a task does and why it failed is there in facts, beside the sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0010_facts"
down_revision = "0009_passwords"


def upgrade() -> None:
    op.add_column("task", sa.Column("error_facts", sa.JSON(), nullable=True))
    op.add_column("task", sa.Column("doing", sa.JSON(), nullable=True))
