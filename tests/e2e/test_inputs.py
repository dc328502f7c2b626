"""How inputs may be spelled and written (protocol 1.6)."""

from __future__ import annotations

import pytest

from tests.doubles.scene import Scene
from tests.e2e.stage import verdicts

pytestmark = pytest.mark.container


def test_blanks_lists_and_githubs_booleans_are_taken_as_meant(quick_scene: Scene) -> None:
    written = {
        "threshold": " 150 % ",
        "all_features": "True",
        "no_default_features": "FALSE",
        "filter": "\n  ^quick/  \n\n",
        "skip": "render\n",
        "benches": "quick,\n quick",
        "time_budget": "\t.5\n",
        "working_directory": "/github/workspace",
    }
    result = quick_scene.pull_request(written)
    assert (result.exit_code, result.outputs["verdict"]) == (0, "unchanged")
    assert verdicts(quick_scene.last_workspace) == {"quick/parse": "unchanged"}


def test_a_name_with_hyphens_is_read_where_the_documented_one_is_unset(quick_scene: Scene) -> None:
    result = quick_scene.pull_request({"fail-on": "never", "time-budget": "0.5"})
    assert (result.exit_code, result.outputs["verdict"]) == (0, "regressed")


def test_the_documented_name_wins(quick_scene: Scene) -> None:
    result = quick_scene.pull_request({"fail-on": "never", "fail_on": "regression", "time_budget": "0.5"})
    assert (result.exit_code, result.outputs["verdict"]) == (1, "regressed")
