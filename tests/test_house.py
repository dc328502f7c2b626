"""The laws of the house (DESIGN 4): who imports whom, one door per power, purity, and one table of names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from benchmark_ci.inputs import INPUTS
from benchmark_ci.model import Settings
from tests.engine import ROOT

SRC = ROOT / "src" / "benchmark_ci"
MODULES = sorted(SRC.rglob("*.py"))
MOST_LINES = 300
EVERYBODY = {"model", "errors", "voice"}
WIRING = {
    "run",
    "action",
    "terminal",
    "relay",
    "second_look",
    "cli",
    "commands",
    "container",
    "door",
    "settings",
    "inputs",
    "parsers",
    "__main__",
}

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": set(),
    "voice": set(),
    "history": {"model", "errors"},
    "wall": {"model", "errors"},
    "config": {"model", "errors", "parsers"},
    "plan": {*EVERYBODY, "wall", "config", "history"},
    "build": {*EVERYBODY, "wall"},
    "measure": {*EVERYBODY, "wall", "build.executable"},
    "prove": {*EVERYBODY, "wall", "build.executable"},
    "judge": {"model", "errors"},
    "report": {"model", "errors", "history"},
    "publish": {*EVERYBODY, "history"},
    "parsers": set(),
    "inputs": {"model", "parsers"},
    "door": {"model", "errors", "wall"},
}
"""Package or module → what of ours it may import besides itself; who is not listed wires."""

IMPURE = {
    *("os", "io", "time", "datetime", "random", "secrets", "uuid", "socket", "subprocess", "shutil"),
    *(
        "tempfile",
        "glob",
        "threading",
        "multiprocessing",
        "asyncio",
        "signal",
        "requests",
        "github",
        "urllib",
    ),
    *("http", "docker", "rich", "logging", "sys", "locale", "platform", "getpass", "ctypes"),
}
PURE_PARTS = {"urllib.parse.quote", "urllib.parse.urlsplit", "urllib.parse.unquote"}
DOING = {
    *("open", "print", "input", "exec", "eval", "__import__", "breakpoint"),
    *("read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "iterdir", "exists", "stat"),
    *("now", "today", "utcnow", "getenv", "system"),
}
"""Calls that read or change the world, by name: a pure module has no reason for any of them."""


def name_of(module: Path) -> str:
    """`judge.suite`, `cli`; a package's `__init__` is the package."""
    dotted = ".".join(module.relative_to(SRC).with_suffix("").parts)
    return dotted.removesuffix(".__init__") if dotted != "__init__" else "benchmark_ci"


def home_of(module: Path) -> str:
    return name_of(module).partition(".")[0]


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


@cache
def imported(module: Path) -> tuple[str, ...]:
    """Dotted names of everything that a module imports, wherever in it; relative imports are forbidden."""
    names: list[str] = []
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(names)


def ours(module: Path) -> Iterator[str]:
    for name in imported(module):
        if name.startswith("benchmark_ci."):
            yield name.removeprefix("benchmark_ci.")


def outside(module: Path) -> set[str]:
    """Top-level names of what is not ours."""
    return {name.partition(".")[0] for name in imported(module)} - {"benchmark_ci", "__future__"}


def allowed(name: str, permissions: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in permissions)


def using(power: str) -> set[str]:
    """Modules that import something of this name."""
    return {name_of(module) for module in MODULES if power in outside(module)}


def calls(module: Path) -> Iterator[str]:
    """Last names of everything that is called: `x.y.open(…)` is `open`."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield function.id
            elif isinstance(function, ast.Attribute):
                yield function.attr


def attributes(module: Path) -> Iterator[str]:
    """`sys.stdout`, `os.environ`, … as they are written, also when imported by name."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
    yield from imported(module)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 50
    homes = {home_of(module) for module in MODULES}
    assert homes >= {"wall", "plan", "build", "measure", "judge", "report", "publish"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_go_one_way(module: Path) -> None:
    home = home_of(module)
    if home in MAY_IMPORT:
        permissions = MAY_IMPORT[home] | {home, "__version__"}
        assert [name for name in ours(module) if not allowed(name, permissions)] == []
    else:
        assert home in WIRING | {"benchmark_ci"}, f"{home} has no place in the house"


def test_nobody_imports_what_wires() -> None:
    wires = {"run", "action", "terminal", "cli", "container"}
    for module in MODULES:
        if home_of(module) not in WIRING:
            assert {name for name in ours(module) if name.partition(".")[0] in wires} == set(), module


def test_nouns_import_only_pydantic_and_the_standard_library() -> None:
    for module in MODULES:
        if home_of(module) in ("model", "errors", "voice"):
            assert outside(module) <= {"pydantic"} | set(sys.stdlib_module_names), module


@pytest.mark.parametrize(
    ("power", "doors"),
    [
        ("subprocess", {"wall.process"}),
        ("docker", {"container"}),
        ("ctypes", {"wall.drop"}),
        ("jinja2", {"report.page"}),
        ("socket", set()),
        ("multiprocessing", set()),
        ("pickle", set()),
        ("logging", set()),
    ],
)
def test_one_door_per_power(power: str, doors: set[str]) -> None:
    assert using(power) <= doors
    if doors:
        assert using(power), f"nobody uses {power}: the law has lost its subject"


def test_http_stays_in_publish() -> None:
    for power in ("requests", "http", "github", "urllib3"):
        assert {name for name in using(power) if not name.startswith("publish.")} == set()
    for module in MODULES:
        if not name_of(module).startswith("publish."):
            assert not {name for name in imported(module) if name.startswith("urllib.request")}, module


def test_rich_stays_at_the_terminal() -> None:
    assert using("rich") <= {"terminal", "cli", "container"}


def test_only_the_command_line_reads_the_environment() -> None:
    reading = {"os.environ", "os.getenv", "os.environb", "os.putenv"}
    assert {name_of(module) for module in MODULES if reading & set(attributes(module))} == {"cli"}


def test_only_two_modules_write_to_our_streams() -> None:
    streams = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"}
    writers = {name_of(module) for module in MODULES if streams & set(attributes(module))}
    assert writers == {"cli", "publish.workflow"}
    printers = {
        name_of(module)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printers <= {"cli", "publish.workflow"}


def test_the_command_line_starts_without_the_engine() -> None:
    """What takes long to load is loaded by the commands that need it."""
    code = "import sys, benchmark_ci.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {"numpy", "jinja2", "rich", "docker", "github", "benchmark_ci.run", "benchmark_ci.plan"}
    assert loaded & set(done.stdout.split()) == set()


def test_no_shell_string_is_ever_run() -> None:
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call):
                assert "shell" not in {keyword.arg for keyword in node.keywords}, module
        assert not {"os.system", "os.popen", "os.execv", "os.fork"} & set(attributes(module)), module


PURE = [module for module in MODULES if home_of(module) in ("judge", "report", "history", "model", "errors")]


@pytest.mark.parametrize("module", PURE, ids=name_of)
def test_judge_and_report_do_not_touch_the_world(module: Path) -> None:
    assert {name for name in imported(module) if name.partition(".")[0] in IMPURE} <= PURE_PARTS
    assert set(calls(module)) & DOING == set()
    paths = [name for name in imported(module) if name.startswith("pathlib.")]
    if home_of(module) == "judge":
        assert paths == []
        assert outside(module) <= {"numpy", "pydantic"} | set(sys.stdlib_module_names)


def test_chance_in_judge_has_a_seed() -> None:
    for module in PURE:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and node.attr in ("default_rng", "RandomState", "seed"):
                call = [
                    one
                    for one in ast.walk(tree(module))
                    if isinstance(one, ast.Call)
                    and isinstance(one.func, ast.Attribute)
                    and one.func.attr == node.attr
                ]
                assert all(one.args for one in call), module
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                legacy = node.value.attr == "random" and node.attr not in ("default_rng", "Generator")
                assert not legacy, f"{module}: numpy.random.{node.attr} has a hidden state"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_are_small_and_say_what_they_are(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert ast.get_docstring(tree(module)), "a module's first line says what it is for"


def test_no_test_patches_our_own_modules() -> None:
    """monkeypatch may change the environment and the folder, never what our modules are made of."""
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "monkeypatch":
                    assert node.func.attr in ("setenv", "delenv", "chdir", "undo", "syspath_prepend"), file
            if isinstance(node, ast.ImportFrom):
                assert node.module != "unittest.mock", file


# --- one table of names: action.yml, inputs.py, Settings, README.md, docs/configuration.md


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
    return loaded


def table_rows(file: Path) -> dict[str, list[str]]:
    """First cell, when it is one word of code → the other cells; `\\|` is no border."""
    rows: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if line.startswith("|") and cells[1].startswith("`") and cells[1].count("`") == 2:
            rows.setdefault(cells[1].strip("`"), cells[2:-1])
    return rows


def test_inputs_are_the_same_in_the_action_and_in_the_code() -> None:
    declared = action()["inputs"]
    assert list(declared) == [one.name for one in INPUTS]
    for one in INPUTS:
        assert " ".join(declared[one.name]["description"].split()) == one.words
        assert declared[one.name]["required"] is False
    assert [name for name, one in declared.items() if "default" in one] == ["github_token"]


def test_inputs_are_the_fields_of_settings() -> None:
    fields = {one.field or one.name for one in INPUTS}
    assert len(fields) == len(INPUTS)
    assert fields | {"current_ref"} == set(Settings.model_fields)


DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "configuration.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_input_and_output_stands_in_a_table_with_its_default(document: Path) -> None:
    rows = table_rows(document)
    for one in INPUTS:
        assert one.name in rows, f"{document.name} has no row for the input {one.name}"
        assert rows[one.name][0].replace("`", "") == one.default
    for name in action()["outputs"]:
        assert name in rows, f"{document.name} has no row for the output {name}"
