"""`report.json` there and back."""

import json

import jsonschema  # type: ignore[import-untyped]
import pytest

from benchmark_ci.errors import BadFile
from benchmark_ci.model import Report
from benchmark_ci.report.document import from_json, json_schema, to_json
from tests.report import samples

REPORTS = (samples.rich(), samples.small(), samples.green(), samples.report())


@pytest.mark.parametrize("given", REPORTS)
def test_round_trip(given: Report) -> None:
    text = to_json(given)
    assert from_json(text, "report.json") == given
    assert to_json(from_json(text, "report.json")) == text
    assert text.endswith("}\n")


@pytest.mark.parametrize("given", REPORTS)
def test_schema_describes_what_is_written(given: Report) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(to_json(given)))


def test_order_of_counting_does_not_show() -> None:
    given = samples.small()
    turned = given.model_copy(update={"counts": dict(reversed(list(given.counts.items())))})
    assert to_json(turned) == to_json(given)


def test_no_number_that_is_none_is_written() -> None:
    text = to_json(samples.small().model_copy(update={"noise_percent": float("nan")}))
    assert json.loads(text)["noise_percent"] is None


def change(**values: object) -> str:
    return json.dumps(json.loads(to_json(samples.small())) | values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Invalid JSON"),
        ("[]", "should be an object"),
        ("{}", "and"),
        (change(schema_version=2), "schema_version"),
        (change(surprise=1), "surprise"),
        (change(benchmarks=[{"id": "x"}]), "benchmarks.0."),
        (change(baseline={"sha": "HEAD", "what": ""}), "baseline.sha"),
        (change(threshold_percent=float("nan")), "threshold_percent"),
        (change(rounds=3, total_seconds=-7).replace("-7", "1e999"), "total_seconds"),
        ("[" * 100_000, "Invalid JSON"),
        (change(**{"a\u202e\n::error::": 1}), "a ::error::"),
    ],
)
def test_bad_report_is_named_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadFile, match=r"artifact/report\.json is not a report") as caught:
        from_json(text, "artifact/report.json")
    assert told in caught.value.message
    assert caught.value.remedy
    assert "\n" not in caught.value.message
