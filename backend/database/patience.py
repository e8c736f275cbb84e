"""How long a database is waited for."""

from typing import Any

BUSY_TIMEOUT_SECONDS = 30
"""How long a write waits for another process's write. Ours last milliseconds."""


POSTGRES_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""A server that drops packets is noticed within half a minute; by itself TCP takes many minutes."""
