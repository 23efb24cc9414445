"""How `tools/mutants` tries a fault: which tests belong to a module, and a copy of the tree."""

import ast
import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from tqdm import tqdm

ROOT = Path(__file__).parents[2]
LIB = Path("lib/scalemodel")
KEPT = ROOT / "_build" / "mutants"
LIMITS = "tests/house/test_wrong_arguments.py"
QUICK_S = 2.0  # what takes longer plainly runs as machine code
PLAIN = {"plain": "1", "most_s": 10.0, "start_s": 30.0}
NATIVE = {"plain": "0", "most_s": 120.0, "start_s": 180.0}


# ── Its tests ───────────────────────────────────────────────────────────────
def tests_of(module, tree=ROOT):
    """Paths in a tree: the module itself for its examples, and tests of its room."""
    target = (LIB / module).with_suffix("")
    frontier, seen = {str(target)}, {str(target)}
    room = sorted((tree / "tests" / Path(module).parts[0]).rglob("test_*.py"))
    imports = {path: _imports(path, tree) for path in [*(tree / LIB).rglob("*.py"), *room]}
    while frontier:
        near = {path for path, names in imports.items() if names & frontier}
        if tests := sorted(near & set(room)):
            files = [str(path.relative_to(tree)) for path in tests]
            return [f"{target}.py", *_limits_of(module, tree), *files]
        frontier = {str(path.relative_to(tree).with_suffix("")) for path in near} - seen
        seen |= frontier
    return [f"{target}.py", *_limits_of(module, tree)]


def _limits_of(module, tree):
    """The one test of the house that holds a module against its room's table of limits."""
    if not (tree / "tests" / Path(module).parts[0] / "limits.toml").is_file():
        return []
    dotted = ".".join(("scalemodel", *Path(module).with_suffix("").parts))
    return [f"{LIMITS}::test_what_is_allowed_stands_in_the_table[{dotted}]"]


@functools.cache
def _imports(path, tree):
    """Modules of ours that a file imports, as paths without a suffix; laws count as its own."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    laws = [
        ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("tests.laws.")
    ]
    found = {f"lib/{name.replace('.', '/')}" for name in names if name.startswith("scalemodel.")}
    return found.union(*(_imports(law, tree) for law in laws if law.is_file() and law != path))


class Suite:
    """The tests of a module: what each takes plainly, and which must run as machine code."""

    def __init__(self, files, trees):
        tree = trees[0].folder  # and not ROOT, which may be edited meanwhile
        read = [tree / file.partition("::")[0] for file in files] + sorted(
            (tree / "tests/laws").glob("*.py")
        )
        read += sorted((tree / "tools/mutants").glob("*.py"))
        self.digest = _digest("".join(path.read_text() for path in read))
        kept = KEPT / f"suite-{self.digest}.json"
        if not kept.is_file():
            KEPT.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(self._measured(files, trees[0])))
        self.runs = json.loads(kept.read_text())
        self.found = KEPT / "found.jsonl"
        lines = self.found.read_text().splitlines() if self.found.is_file() else []
        self.known = dict(json.loads(line) for line in lines)

    def _measured(self, files, tree):
        """Two runs, plainly and as machine code: the files from cheap to dear, and the tests."""
        plain_s, native_s = _seconds(files, PLAIN, tree), _seconds(files, NATIVE, tree)
        quick = {name: s for name, s in plain_s.items() if s <= QUICK_S}
        native = {name: s for name, s in native_s.items() if s <= NATIVE["most_s"]}
        if broken := plain_s.keys() - quick.keys() - native.keys():
            tqdm.write(f"left out, for they fail as it is: {', '.join(sorted(broken))}")
        runs = []
        for way, seconds in ((PLAIN, quick), (NATIVE, native)):
            cost = {file: sum(s for name, s in seconds.items() if f"{name}::".startswith(f"{file}::"))
                    for file in files}  # fmt: skip
            used = sorted((file for file in files if cost[file]), key=cost.get)
            leave = sorted(plain_s.keys() - seconds.keys())
            runs += (
                [{"way": way, "files": used, "leave": leave, "seconds": seconds}] if used else []
            )
        return runs

    def knows(self, mutant):
        """Whether an earlier run has tried it."""
        return self._key(mutant) in self.known

    def _key(self, mutant):
        return _digest(self.digest + mutant.module + mutant.text)

    def passes(self, mutant, tree):
        """Whether no test fails."""
        key = self._key(mutant)
        if key not in self.known:
            with tree.planted(mutant):
                self.known[key] = all(tree.passes(**run) for run in self.runs)
            with self.found.open("a") as file:
                file.write(json.dumps([key, self.known[key]]) + "\n")
        return self.known[key]


def _seconds(files, way, tree):
    """What each test takes; a file is measured once for all modules that it tests."""
    took = {}
    for file in files:
        test = (tree.folder / file.partition("::")[0]).read_text()
        kept = KEPT / f"took-{_digest(tree.digest + test + file + str(way))}.json"
        if not kept.is_file():
            kept.write_text(json.dumps(tree.measured(file, way)))
        took |= json.loads(kept.read_text())
    return took


def _digest(text):
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


# ── A copy of the tree ──────────────────────────────────────────────────────
class Tree:
    """A copy of what git knows and of what is new, in which one fault at a time is planted."""

    running: ClassVar[set] = set()
    stopped = False

    def __init__(self, folder):
        self.folder = folder
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, names.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        read = [*folder.glob("lib/**/*.py"), *folder.glob("tests/laws/*.py")]
        self.digest = _digest("".join(path.read_text() for path in sorted(read)))

    @contextmanager
    def planted(self, mutant):
        path = self.folder / LIB / mutant.module
        before = path.read_text()
        path.write_text(mutant.text)
        try:
            yield
        finally:
            path.write_text(before)

    def measured(self, file, way):
        """The seconds of each test of a file, infinite if it fails."""
        out = self.folder / "out.json"
        out.unlink(missing_ok=True)
        self._run([file], way, {"leave": [], "seconds": {}, "out": str(out)}, ["-q"])
        return json.loads(out.read_text())

    def passes(self, files, way, leave, seconds):
        most_s = way["start_s"] + 5 * sum(seconds.values())
        return self._run(files, way, {"leave": leave, "seconds": seconds}, ["-x"], most_s) == 0

    def _run(self, files, way, plan, options, most_s=None):
        note = self.folder / "plan.json"
        note.write_text(json.dumps(plan | {"most_s": way["most_s"]}))
        paths = [str(self.folder / name) for name in ("lib", "tools/mutants")]
        reference = str(ROOT.parent / "shared" / "reference")
        environment = {"SCALEMODEL_REFERENCE": reference} | os.environ | {
            "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_PROFILE": "fast",
            "MUTANTS_PLAN": str(note), "NUMBA_DISABLE_JIT": way["plain"],
            "REQUIRE_ALL": "0",
        }  # fmt: skip
        command = [sys.executable, "-m", "pytest", "-p", "_hypothesis_pytestplugin", *options,
                   "-p", "mutants_plugin", "-m", "not thorough", "--hypothesis-seed=0", *files]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=self.folder, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        Tree.running.add(process)
        try:
            code = process.wait(most_s)
            if Tree.stopped:
                raise InterruptedError("broken off; the next run goes on from here")
            return code
        except subprocess.TimeoutExpired:
            return None
        finally:
            Tree.running.discard(process)
            _end(process)

    @staticmethod
    def stop_all():
        Tree.stopped = True
        for process in list(Tree.running):
            _end(process)


def _end(process):
    """Asked first, so that servers it has started are put away; then not asked."""
    for word in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, word)
                process.wait(5)
