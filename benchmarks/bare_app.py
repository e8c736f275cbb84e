"""The peer of the server's start: the smallest FastAPI application with a SQLModel table."""

import os

from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(os.environ["BARE_DATABASE"])


class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str = ""


SQLModel.metadata.create_all(engine)
app = FastAPI()


@app.get("/items")
def list_items() -> list[Item]:
    with Session(engine) as session:
        return list(session.exec(select(Item)))
