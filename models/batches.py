"""Going through every case in batches, in several processes, with no more than a few batches in memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from models.database import make_engine

BATCH = 250
"""Cases in a batch: their rows are locked together when they are written, and for no longer than a second or so."""

Result = TypeVar("Result")
Work = Callable[[Engine, Sequence[int]], Result]

_engines: dict[str, Engine] = {}


def in_batches(url: str | URL, work: Work[Result], *, processes: int) -> Iterator[Result]:
    """Yield what `work` returns for each batch of the ids of all cases, in their order.

    `work` is a function at the top of a module or a partial of one, because it is sent to other processes.
    """
    engine = make_engine(url, pool_size=1)
    try:
        if processes == 1:
            yield from (work(engine, case_ids) for case_ids in _batches(engine))
        else:
            yield from _spread(_as_text(url), work, processes, _batches(engine))
    finally:
        engine.dispose()


def _batches(engine: Engine) -> Iterator[Sequence[int]]:
    """Yield the ids of all cases, a batch at a time; cases opened meanwhile come at the end."""
    last = 0
    while case_ids := _ids_after(engine, last):
        yield case_ids
        last = case_ids[-1]


def _ids_after(engine: Engine, last: int) -> Sequence[int]:
    with engine.connect() as connection:
        statement = "SELECT id FROM review_case WHERE id > %s ORDER BY id LIMIT %s"
        return connection.exec_driver_sql(statement, (last, BATCH)).scalars().all()


def _spread(url: str, work: Work[Result], processes: int, batches: Iterator[Sequence[int]]) -> Iterator[Result]:
    # Spawned and not forked: a connection cannot be shared between processes.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        under_way: deque[Future[Result]] = deque()
        for case_ids in batches:
            under_way.append(pool.submit(_work, url, work, case_ids))
            if len(under_way) > 2 * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _work(url: str, work: Work[Result], case_ids: Sequence[int]) -> Result:
    """Do the work of one batch, in a process that keeps its connection from one to the next."""
    engine = _engines.get(url)
    if engine is None:
        engine = _engines[url] = make_engine(url, pool_size=1)
    return work(engine, case_ids)


def _as_text(url: str | URL) -> str:
    """Return an address as text, with its password, for another process."""
    return url.render_as_string(hide_password=False) if isinstance(url, URL) else url
