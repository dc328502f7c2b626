"""`benchmark-ci.toml` → Config. All that is wrong with a file is told together, each with its place."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from benchmark_ci.config import document, wire
from benchmark_ci.config.document import BadToml, Document, Flaw
from benchmark_ci.config.places import Path
from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.model import Config, LimitRule, ReferenceTarget, Side, SkipRule, TimesRule
from benchmark_ci.model.patterns import pattern
from benchmark_ci.parsers import shown

MOST_TOLD = 20

_TABLES: dict[str, type[BaseModel]] = {
    "limits": wire.Limits,
    "times": wire.Times,
    "targets": wire.Target,
}
_WRONG: dict[str, Callable[[dict[str, object]], str]] = {
    "float_type": lambda _: "is {}; allowed: a number",
    "finite_number": lambda _: "is {}; allowed: a finite number",
    "string_type": lambda _: "is {}; allowed: a text in quotes",
    "bool_type": lambda _: "is {}; allowed: true or false",
    "list_type": lambda _: "is {}; allowed: a list in brackets",
    "dict_type": lambda _: "is {}; allowed: a table",
    "model_type": lambda _: "is {}; allowed: a table",
    "greater_than": lambda context: f"is {{}}; allowed: above {_number(context['gt'])}",
    "greater_than_equal": lambda context: f"is {{}}; allowed: at least {_number(context['ge'])}",
    "less_than_equal": lambda context: f"is {{}}; allowed: at most {_number(context['le'])}",
    "string_too_short": lambda _: "is empty",
    "string_too_long": lambda context: f"is longer than {context['max_length']:,} characters",
    "too_short": lambda _: "is empty",
    "too_long": lambda context: f"holds more than {context['max_length']:,}",
    "missing": lambda _: "is missing",
}


def read_config(raw: bytes, path: PurePosixPath, side: Side) -> Config:
    """The rules in a file that was read from one side's commit.

    Raises BadInputs with every problem at once, each with line and column.
    """
    try:
        toml = document.read(raw)
    except BadToml as bad:
        raise _bad([bad.flaw], path, side) from None
    flaws = list(_spelt_twice(toml))
    try:
        file = wire.File.model_validate(toml.values)
    except ValidationError as error:
        flaws += [_flaw(one, toml) for one in error.errors(include_url=False)]
    if flaws:
        raise _bad(flaws, path, side)
    return _config(file, toml, path, side)


def _config(file: wire.File, toml: Document, path: PurePosixPath, side: Side) -> Config:
    def line(*place: str | int) -> int:
        return toml.place(place).line

    return Config(
        path=str(path),
        side=side,
        threshold_percent=file.threshold,
        memory_threshold_percent=file.memory_threshold,
        memory_limit_mb=file.memory_limit,
        memory_fails=file.memory_fail,
        skip=tuple(SkipRule(pattern=one, line=line("skip", number)) for number, one in enumerate(file.skip)),
        limits=tuple(
            LimitRule(
                pattern=one,
                line=line("limits", one),
                threshold_percent=limits.threshold,
                memory_threshold_percent=limits.memory_threshold,
                memory_limit_mb=limits.memory_limit,
                memory_fails=limits.memory_fail,
            )
            for one, limits in file.limits.items()
        ),
        times=tuple(
            TimesRule(
                pattern=one,
                line=line("times", one),
                limit_seconds=times.limit_seconds,
                measurement_seconds=times.measurement_seconds,
            )
            for one, times in file.times.items()
        ),
        targets=tuple(
            ReferenceTarget(
                benchmark=one.benchmark,
                reference_benchmark=one.reference or "",
                reference_command=tuple(one.command or ()),
                times_faster=one.times_faster,
                memory_percent=one.memory_percent,
                fails=one.fail,
                line=line("targets", number),
            )
            for number, one in enumerate(file.targets)
        ),
    )


def _bad(flaws: list[Flaw], path: PurePosixPath, side: Side) -> BadInputs:
    flaws = sorted(set(flaws))
    told = [
        BadInput(f"`{path}` of {side}, line {place.line}, column {place.column}: {problem}.")
        for place, problem in flaws[:MOST_TOLD]
    ]
    if len(flaws) > MOST_TOLD:
        told.append(BadInput(f"`{path}` has {len(flaws) - MOST_TOLD} problems more."))
    return BadInputs(told)


def _spelt_twice(toml: Document) -> Iterator[Flaw]:
    """Two spellings of one pattern, of which nobody could say which counts."""
    for table in ("skip", "limits", "times"):
        rules = toml.values.get(table)
        if not isinstance(rules, dict | list):
            continue
        seen: dict[object, Path] = {}
        for number, text in enumerate(rules):
            if not isinstance(text, str):
                continue
            path = (table, number if isinstance(rules, list) else text)
            first = seen.setdefault(pattern(text), path)
            if first != path:
                line = toml.place(first).line
                yield Flaw(toml.place(path), f"{shown(text)} matches the same as the pattern in line {line}")


def _flaw(error: ErrorDetails, toml: Document) -> Flaw:
    path = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return Flaw(toml.place(path), _unknown(path))
    if error["type"] in ("value_error", "assertion_error"):
        problem = str(error["ctx"]["error"])
    else:
        wording = _WRONG.get(error["type"])
        problem = wording(error.get("ctx", {})) if wording else error["msg"]
    if path == ("targets",):
        problem = problem.replace("allowed: a list in brackets", "write `[[targets]]` above each target")
    if path[0] == "limits" and len(path) == 2:
        problem = problem.replace("allowed: a table", "allowed: a number or a table")
    return Flaw(toml.place(path), f"{_name(path)} {problem.replace('{}', _value(error['input']))}")


def _unknown(path: Path) -> str:
    """A key that does not exist, and the one that was probably meant."""
    key = str(path[-1])
    model = wire.File if len(path) == 1 else _TABLES[str(path[0])]
    known = list(model.model_fields)
    elsewhere = [name for name, one in _TABLES.items() if key in one.model_fields]
    if len(path) == 1 and elsewhere:
        return f"there is no key {shown(key)} here; it belongs into `{elsewhere[0]}`"
    near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
    if near:
        return f"there is no key {shown(key)} here; perhaps `{near[0]}` is meant"
    return f"there is no key {shown(key)} here; there are {', '.join(f'`{one}`' for one in known)}"


def _name(path: Path) -> str:
    """`limits."parse/*".threshold`, `targets[2].fail` (counted from 1)."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        else:
            bare = part.replace("_", "").isalnum() and part.isascii()
            name += ("." if name else "") + (part if bare else json.dumps(part, ensure_ascii=False))
    return shown(name)


def _number(bound: object) -> str:
    return f"{bound:,}".removesuffix(".0")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return shown(json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value))
