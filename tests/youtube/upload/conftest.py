"""A disk in memory, where the system has one: what is tested dies by a kill, not by a cut of power."""

import os
import tempfile
from pathlib import Path

import pytest

from scalemodel.youtube.upload.path.kills import MEMORY


@pytest.fixture(autouse=True, scope="package")
def in_memory():
    with pytest.MonkeyPatch.context() as patch:
        if os.access(MEMORY, os.W_OK):
            patch.setattr(tempfile, "tempdir", MEMORY)
        yield


@pytest.fixture
def tmp_path(in_memory):
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
