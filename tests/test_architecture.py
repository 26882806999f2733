"""The house keeps its shape: one-way imports, small functions and files, strict types, nothing done at import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "watchers")
LONGEST_FUNCTION = 40  # lines, without the docstring: p99 of the best code bases of this field is 23 to 70
LONGEST_FILE = 400
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def modules() -> list[Path]:
    return [p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py")) if "versions" not in p.parts]


def long_functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
            if lines > LONGEST_FUNCTION:
                yield node.name, lines


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_types_are_strict() -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout


def test_functions_and_files_are_small() -> None:
    functions = [f"{p.relative_to(ROOT)}:{name} has {n} lines" for p in modules() for name, n in long_functions(p)]
    files = [
        f"{p.relative_to(ROOT)} has {n} lines"
        for p in modules()
        if (n := p.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    ]
    assert functions + files == []


def test_every_module_says_what_it_owns_and_none_is_a_drawer() -> None:
    for path in modules():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
        assert path.stem not in FORBIDDEN_NAMES


def test_exceptions_are_swallowed_only_at_the_named_boundaries() -> None:
    boundaries = {
        "bot/store/database.py",  # a unit of work
        "bot/newsdesk/desk.py",  # a poll
        "bot/delivery.py",  # an alert
        "bot/inbox.py",  # an update
        "bot/engines/embedded.py",  # a job
        "watchers/children.py",  # a document
    }
    found = {
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)  # it goes on to the caller
    }
    assert found <= boundaries


@pytest.mark.parametrize("banned", ["datetime.now", "time.time(", "os.environ", "utcnow"])
def test_the_clock_and_the_environment_have_one_owner_each(banned: str) -> None:
    owners = {
        "datetime.now": {"bot/app.py", "bot/engines/embedded.py", "bot/simulator"},
        "time.time(": {"bot/simulator"},
        "os.environ": {"bot/commands/answers.py", "bot/botapi.py", "bot/simulator"},
        "utcnow": set(),
    }[banned]
    users = {str(p.relative_to(ROOT)) for p in modules() if banned in p.read_text(encoding="utf-8")}
    assert {u for u in users if not u.startswith(tuple(owners) or ("-",))} == set()


def test_importing_any_module_needs_no_settings_and_no_network(tmp_path: Path) -> None:
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in modules()]
    names = [n for n in names if not n.endswith("__main__") and ".migrations" not in n]
    script = (
        "import socket, sys; sys.path.insert(0, sys.argv[1])\n"
        "def refuse(*a, **k): raise AssertionError('a module opened a socket')\n"
        "socket.socket.connect = refuse\n"
        "import importlib; [importlib.import_module(n) for n in sys.argv[2:]]"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(ROOT), *names],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
