"""The whole build of both sides with real cargo and real Criterion, on the crates of tests/crates."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmark_ci.model import Side
from tests.engine import Built

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Crate = Callable[[str], Built]


def ids(built: Built, *names: str) -> list[str]:
    return [one.id.full_id for one in built.found(*names)]


@pytest.mark.parametrize("version", ["0.3", "0.5", "0.7", "0.8"])
def test_every_release_of_criterion_is_recognised(fixture_crate: Crate, version: str) -> None:
    built = fixture_crate(f"criterion-{version}")
    assert built.build.preparation.target_failures == ()
    assert ids(built) == ["mixing/mix/64", "mixing/mix/256", "plain"]
    assert all(one.sides == tuple(Side) and not one.ambiguous for one in built.found())
    assert {exe.fractional_seconds for exe in built.executables()} == {version != "0.3"}


def test_only_the_good_target_of_many_is_used_and_the_others_say_why(fixture_crate: Crate) -> None:
    built = fixture_crate("mixed")
    assert ids(built) == ["good/mix"]
    failures = {(one.target.name, one.side): one for one in built.build.preparation.target_failures}
    assert {name for name, _ in failures} == {"broken", "custom", "forgotten", "libtest", "panics"}
    for side in Side:
        assert failures["broken", side].kind == "build"
        assert "no_such_function" in failures["broken", side].reason
        assert failures["custom", side].kind == "not-criterion"
        assert failures["libtest", side].kind == "not-criterion"
        assert failures["forgotten", side].kind == "no-harness-false"
        assert "harness = false" in failures["forgotten", side].remedy
        assert failures["panics", side].kind == "list"
        assert (
            "no/such/file" in failures["panics", side].reason
            or "No such file" in failures["panics", side].reason
        )


def test_members_of_a_workspace_and_a_target_without_its_feature(fixture_crate: Crate) -> None:
    built = fixture_crate("workspace")
    shared = [(one.id.package, one.id.full_id) for one in built.found("common")]
    assert shared == [("alpha", "shared/64"), ("beta", "shared/64")]
    assert len(built.found("many")) == 6
    failures = built.build.preparation.target_failures
    assert {(one.target.name, one.side, one.kind) for one in failures} == {
        ("gated", side, "features") for side in Side
    }
    assert all("extra" in one.reason and "features: extra" in one.remedy for one in failures)


def test_what_breaks_on_current_is_told_for_current(fixture_crate: Crate) -> None:
    built = fixture_crate("broken-on-current")
    (failure,) = built.build.preparation.target_failures
    assert (failure.target.name, failure.side, failure.kind) == ("api", Side.CURRENT, "build")
    assert "mix_twice" in failure.reason
    sides = {one.id.full_id: one.sides for one in built.found()}
    assert sides == {"api/mix_twice": (Side.BASELINE,), "stays/mix": tuple(Side)}


class TestTraps:
    def test_ids_that_several_share_are_ambiguous(self, fixture_crate: Crate) -> None:
        found = {one.id.full_id: one.ambiguous for one in fixture_crate("traps").found("duplicates")}
        assert found == {"top": True, "a:b": False, "a|b": False, "alone": False}

    def test_long_ids_are_whole(self, fixture_crate: Crate) -> None:
        found = {one.id.full_id: one.ambiguous for one in fixture_crate("traps").found("long_names")}
        hundred = "h" * 100
        assert found == dict.fromkeys(
            [f"long/{'x' * 300}", f"long/{'é' * 80}", hundred, f"{hundred}-one", f"{hundred}-two"], False
        )

    def test_names_that_people_give(self, fixture_crate: Crate) -> None:
        found = ids(fixture_crate("traps"), "names")
        assert len(found) == 9 * 8
        assert "日本語/f(x) [0-9]+.* {2}|^\\d$" in found
        assert "Vec<u8>/with value/10 % / 3 µs" in found

    def test_hostile_names_are_names(self, fixture_crate: Crate) -> None:
        found = ids(fixture_crate("traps"), "hostile_names")
        assert {"-n", "--help", "..", "../../../outside", "::error::not ours", "looks twice #2"} <= set(found)
        assert "\r::stop-commands::x" in found
        assert "x: benchmark" in found

    def test_a_repeated_id_that_panics_is_told_or_listed(self, fixture_crate: Crate) -> None:
        built = fixture_crate("traps")
        troubled = {one.target.name for one in built.build.preparation.target_failures}
        assert ("repeats" in troubled) != bool(built.found("repeats"))
