"""A bookshop: Flask, SQLAlchemy and PostgreSQL (or SQLite, without DATABASE_URL)."""

import os

import sqlalchemy
from flask import Flask
from sqlalchemy.pool import QueuePool

app = Flask(__name__)
engine = sqlalchemy.create_engine(
    os.environ.get("DATABASE_URL", "sqlite:///:memory:"),
    poolclass=QueuePool,
    pool_size=int(os.environ.get("POOL_SIZE", "5")),
    max_overflow=int(os.environ.get("POOL_OVERFLOW", "10")),
)


@app.get("/books")
def books() -> str:
    with engine.connect() as connection:
        return f"{connection.scalar(sqlalchemy.text('select 7'))} books"


@app.get("/healthz")
def healthz() -> str:
    return "ok"
