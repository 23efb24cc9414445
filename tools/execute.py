"""Executes chapters side by side, as a kitchen with a stove for each core.

Sphinx executes one chapter after the other, for forty chapters six minutes. So
`tools/book.py` asks for all of them first: what a chapter gives goes into the cache of
executed notebooks, and the build takes it from there. A chapter that fails is named, with
its traceback, once all have had their turn.

Left out: chapters that are in the cache already; they are not executed again.
Sources: jupyter-cache, which finds a notebook by its code cells and their metadata.
"""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from scalemodel.stage.reading import exercises

CONFIG = yaml.safe_load((Path(__file__).parents[1] / "_config.yml").read_text())
TIMEOUT_S = CONFIG["execute"]["timeout"]
# Jupyter Book's own; they decide where a cell ends.
SYNTAX = MdParserConfig(enable_extensions={"colon_fence", "dollarmath", "linkify"})
# What `scalemodel.stage.site.extension` sets where Sphinx executes.
SITE = {"SCALEMODEL_VIEW": "site", "PLOTLY_RENDERER": "plotly_mimetype"}


def into_cache(chapters: Iterable[Path], folder: Path, for_class: bool = False) -> list[str]:
    """Puts what `chapters` give on the site into the cache in `folder`; what went wrong."""
    cache = get_cache(str(folder))
    notebooks = {chapter: as_the_site_reads(chapter, for_class) for chapter in chapters}
    known = {record.hashkey for record in cache.list_cache_records()}
    fresh = {
        chapter: notebook
        for chapter, notebook in notebooks.items()
        if cache.create_hashed_notebook(notebook)[1] not in known
    }
    failed = side_by_side(fresh, SITE)
    for chapter, notebook in fresh.items():
        if chapter not in failed:
            bundle = CacheBundleIn(notebook, str(chapter))
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return [f"{chapter} fails where it is executed:\n{why}" for chapter, why in failed.items()]


def as_the_site_reads(chapter, for_class):
    """The notebook of a chapter, cell by cell as Sphinx will ask the cache for it."""
    text = chapter.read_text(encoding="utf-8")
    if for_class:
        text = exercises.without_solutions(text)
    return read_myst_markdown_notebook(text, SYNTAX)


def side_by_side(notebooks: dict, environment: dict) -> dict[Path, str]:
    """Executes `notebooks`, path to notebook, in place; why the failed ones did, by path."""
    return asyncio.run(_all(notebooks, {**os.environ, **environment}))


async def _all(notebooks, environment):
    stoves = asyncio.Semaphore(os.cpu_count() or 1)
    failed = {}

    async def one(path, notebook):
        where = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=TIMEOUT_S, resources=where, record_timing=False)
        async with stoves:
            try:
                await client.async_execute(env=environment)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failed[path] = str(error)

    await asyncio.gather(*(one(path, notebook) for path, notebook in notebooks.items()))
    return failed
