"""A shop with places that few requests get to: two at a counter, three in a pool."""

import os
import threading

import sqlalchemy
from flask import Flask

app = Flask(__name__)
counter = threading.Semaphore(2)
engine = sqlalchemy.create_engine(
    "sqlite:///" + os.path.abspath("shop.db"),
    poolclass=sqlalchemy.pool.QueuePool,
    pool_size=2,
    max_overflow=1,
    pool_timeout=float(os.environ["POOL_SECONDS"]),
)


def check_out(number):
    return f"order {number}"


@app.get("/orders/<int:number>")
def order(number):
    with counter:
        text = check_out(number)
    with engine.connect() as connection:
        return text + connection.scalar(sqlalchemy.text("select ' is kept'"))


@app.get("/roomy")
def roomy():
    return check_out(1)


@app.get("/later")
async def later():
    return await fetch()


async def fetch():
    return "fetched"


def never():
    return "never"
