"""What stands at the end of a run: what a machine lacked, and what the run cost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LACKING = """
import subprocess
import sys

import pytest

def test_that_has_others_work_for_it():
    work = "import time\\nwhile time.process_time() < 1.2: pass"
    subprocess.run([sys.executable, "-c", work], check=True)

def test_with_a_program_that_is_not_here():
    pytest.skip("not run: Telex: apt-get install telex")

def test_that_has_an_environment_of_its_own():
    pytest.skip("not run: Dask: make dask")

def test_with_data_that_is_not_here():
    pytest.skip("reference data: set SOMETHING")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("required", "code", "workers"), [("0", 0, "0"), ("1", 1, "1")])
def test_what_is_lacking_is_named_with_how_to_get_it(tmp_path, required, code, workers):
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    (tmp_path / "test_lacking.py").write_text(LACKING)
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--rootdir", tmp_path, tmp_path]
    environment = {**os.environ, "REQUIRE_ALL": required}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 test: Telex: apt-get install telex" in done.stdout
    assert "1 test: Dask: make dask" in done.stdout
    assert ("REQUIRE_ALL=1" in done.stdout) == (required == "1")
    assert re.search(r"(?m)^ +[1-9]\d*  test_lacking.py: test_lacking.py [1-9]", done.stdout)
    assert "SOMETHING" not in done.stdout.split("not run")[-1]


@pytest.mark.slow
def test_what_another_target_runs_is_named_and_not_required(tmp_path):
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    (tmp_path / "test_other.py").write_text(
        'import pytest\n\ndef test_it():\n    pytest.skip("not run: Dask: make dask")\n'
    )
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, tmp_path]
    environment = {**os.environ, "REQUIRE_ALL": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 test: Dask: make dask" in done.stdout and "REQUIRE_ALL=1" not in done.stdout
