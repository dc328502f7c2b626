"""`report.json`: written the same, byte for byte, on every machine, and read back as hostile data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from benchmark_ci.errors import BadFile
from benchmark_ci.model import Report, Verdict
from benchmark_ci.report import plain

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"
_PLACES = 3
_REMEDY = "Give a report.json that this version of benchmark-ci wrote, unchanged."
_COUNTS = (*(verdict.value for verdict in Verdict), "compared")


def to_json(report: Report) -> str:
    """The report as JSON; a number that is none becomes null."""
    document = report.model_dump(mode="json")
    document["counts"] = _in_order(document["counts"])
    return json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, source: str) -> Report:
    """The report that `text` holds; `BadFile` names `source` and the place where it is not one."""
    try:
        report = Report.model_validate_json(text)
    except ValidationError as error:
        raise BadFile(f"{source} is not a report: {_where(error)}.", _REMEDY) from None
    for place in _not_finite(report.model_dump(mode="python"), ""):
        raise BadFile(f"{source} is not a report: {place} is not a finite number.", _REMEDY)
    return report


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `to_json` writes (docs/report.schema.json)."""
    return {"$schema": SCHEMA_ID} | Report.model_json_schema(mode="serialization")


def _in_order(counts: dict[str, int]) -> dict[str, int]:
    """In the model's order, whatever order they were counted in; unknown ones last."""
    known = [name for name in _COUNTS if name in counts]
    return {name: counts[name] for name in [*known, *sorted(counts.keys() - set(known))]}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _not_finite(value: Any, place: str) -> Iterator[str]:
    """The dotted places of numbers that JSON cannot hold but a lenient reader accepts."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _not_finite(one, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _not_finite(one, f"{place}.{index}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield place


def _where(error: ValidationError) -> str:
    """The first few places and what is wrong there, without what stands there."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [_problem(one["loc"], one["msg"]) for one in found[:_PLACES]]
    return "; ".join(told) + (f"; and {len(found) - _PLACES} more" if len(found) > _PLACES else "")


def _problem(place: tuple[int | str, ...], message: str) -> str:
    said = plain.name(message, 200)
    return f"{plain.name('.'.join(map(str, place)))}: {said}" if place else said
