"""A task that has failed says its cause for programs, too."""

import sqlalchemy as sa
from alembic import op

revision = "0007_error_codes"
down_revision = "0006_ids"


def upgrade() -> None:
    op.add_column("task", sa.Column("error_code", sa.String(), nullable=True))
