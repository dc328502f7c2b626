from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.plan.semver import Version, latest, parse

NUMBERS = st.tuples(*[st.integers(0, 12)] * 3)
PARTS = st.lists(st.sampled_from(["alpha", "rc", "0", "1", "2", "11", "x-y"]), max_size=3).map(tuple)
VERSIONS = st.builds(lambda n, p: Version(numbers=n, pre_release=p), NUMBERS, PARTS)
HERE, THERE = "a" * 40, "b" * 40


def text(version: Version) -> str:
    return "-".join(filter(None, (".".join(map(str, version.numbers)), ".".join(version.pre_release))))


@given(VERSIONS, st.sampled_from(["", "v"]))
def test_what_is_written_is_read(version: Version, prefix: str) -> None:
    assert parse(prefix + text(version)) == version


@given(VERSIONS, VERSIONS, VERSIONS)
def test_the_order_is_total(one: Version, two: Version, three: Version) -> None:
    assert (one < two) + (two < one) + (one == two) == 1
    if one < two < three:
        assert one < three


@given(NUMBERS, PARTS.filter(bool))
def test_a_pre_release_comes_before_its_release(
    numbers: tuple[int, int, int], parts: tuple[str, ...]
) -> None:
    assert Version(numbers=numbers, pre_release=parts) < Version(numbers=numbers)


def test_the_order_that_the_standard_gives_as_an_example() -> None:
    tags = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    versions = [parse(f"1.0.0-{tag}") for tag in tags]

    assert all(one and two and one < two for one, two in pairwise(versions))


@pytest.mark.parametrize(
    "tag", ["v1", "1.2", "01.2.3", "1.2.3-01", "1.2.3.4", "release-1.2.3", "v1.2.3 ", "1.2.3-", "١.2.3"]
)
def test_what_is_no_version(tag: str) -> None:
    assert parse(tag) is None


@given(st.dictionaries(VERSIONS.map(text), st.sampled_from([HERE, THERE])), VERSIONS.map(text))
def test_the_latest_release_is_the_newest_earlier_stable_one(tags: dict[str, str], released: str) -> None:
    found = latest(tags, HERE, released)

    earlier = [
        version
        for tag in tags
        if (version := parse(tag))
        and version.stable
        and tags[tag] == THERE
        and version < (parse(released) or version)
    ]
    assert (parse(found) if found else None) == max(earlier, default=None)


@pytest.mark.parametrize(
    ("current_tag", "own", "expected"),
    [
        pytest.param("v2.0.0", "", "v1.10.0", id="released: the one before"),
        pytest.param("v1.2.0", "", "v1.1.0", id="a patch of an old line"),
        pytest.param("v3.0.0-rc.1", "", "v2.0.0", id="a pre-release compares with the last stable one"),
        pytest.param("nightly", "", "v2.0.0", id="a tag that is no version"),
        pytest.param(None, "", "v2.0.0", id="any commit"),
        pytest.param(None, "v2.0.0", "v1.10.0", id="a commit that is a release itself"),
        pytest.param(None, "v1.1.0", None, id="the first release"),
    ],
)
def test_which_release_is_meant(current_tag: str | None, own: str, expected: str | None) -> None:
    names = ["v1.1.0", "v1.10.0", "v1.9.9", "v2.0.0", "v2.1.0-rc.1", "v1", "nightly"]
    tags = {name: HERE if name == own else THERE for name in names}

    assert latest(tags, HERE, current_tag) == expected
