"""How a text was made tells nothing of a name and a password in the server's address."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009_passwords"
down_revision = "0008_notes"

COLUMNS = (
    ("lesson", "correction_metadata"),
    ("lesson", "summary_metadata"),
    ("former_layer", "content"),
)


def upgrade() -> None:
    connection = op.get_bind()
    for name, column in COLUMNS:
        table = sa.table(name, sa.column("id", sa.Integer), sa.column(column, sa.JSON))
        stored = table.c[column]
        has_user = sa.cast(stored, sa.Text).like('%"base_url"%://%@%')
        for row_id, made in connection.execute(sa.select(table.c.id, stored).where(has_user)).all():
            change = sa.update(table).where(table.c.id == row_id).values({column: _hidden(made)})
            connection.execute(change)


def _hidden(made: Any) -> Any:
    """The same without the name and password of each address, at whatever depth it stands."""
    if isinstance(made, list):
        return [_hidden(each) for each in made]
    if not isinstance(made, dict):
        return made
    return {
        key: _without_user(value) if key == "base_url" else _hidden(value)
        for key, value in made.items()
    }


def _without_user(address: Any) -> Any:
    if not isinstance(address, str):
        return address
    scheme, _, rest = address.partition("://")
    server, slash, path = rest.partition("/")
    _, has_user, host = server.rpartition("@")
    return f"{scheme}://***@{host}{slash}{path}" if has_user else address
