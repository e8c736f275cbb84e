"""Rows of tasks and workers, put into the database by plain SQL as any program may do it."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session


def insert_task(session: Session, **columns: Any) -> int:
    """Insert a task with these columns and nothing else; its id."""
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    statement = f"INSERT INTO task ({names}) VALUES ({values}) RETURNING id"
    task_id: int = session.execute(text(statement), columns).scalar_one()
    session.commit()
    return task_id


def add_worker(
    session: Session,
    worker_id: str,
    *,
    seen_seconds_ago: float = 0,
    ttl_seconds: float = 15,
    stages: str = "transcription,correction,summary",
    version: str = "0.1.0",
) -> None:
    """A worker that was last seen so long ago by the database's clock."""
    seen = {
        "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || :seconds || ' seconds')",
        "postgresql": "clock_timestamp() - :seconds * interval '1 second'",
    }[session.connection().dialect.name]
    session.execute(
        text(
            "INSERT INTO worker (id, host, pid, version, stages, ttl_seconds, started_at, seen_at)"
            f" VALUES (:id, 'host', 1, :version, :stages, :ttl, {seen}, {seen})"
        ),
        {
            "id": worker_id,
            "version": version,
            "stages": stages,
            "ttl": ttl_seconds,
            "seconds": seen_seconds_ago,
        },
    )
    session.commit()
