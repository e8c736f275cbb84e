"""Notes are found by their words, and can be brought back after they were removed."""

import sqlalchemy as sa
from alembic import op

from backend.index.notes import note_words

revision = "0008_notes"
down_revision = "0007_error_codes"


def upgrade() -> None:
    op.add_column("note", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("note", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    notes = connection.execute(sa.text("SELECT id, text, quote FROM note")).all()
    for note_id, text, quote in notes:
        connection.execute(
            sa.text("UPDATE note SET words = :words WHERE id = :id"),
            {"words": note_words(text, quote), "id": note_id},
        )
