"""A run's reading of the branch `benchmark-history` from the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from benchmark_ci.history.file import append
from benchmark_ci.history.layout import BRANCH, MARK, MARK_CONTENT, path
from benchmark_ci.model import History, HistoryPoint
from benchmark_ci.plan import Store, open_store
from benchmark_ci.plan.history import MOST_FILES, read_history, read_local_history
from tests.history.samples import PARSE, RENDER, point
from tests.plan.repositories import ENVIRON, TOKEN, Served, commit, git, serve

REPOSITORY = "octo/crate"
SERIES = "CI / benchmark"


class Origin:
    """A repository on a server, and a clone of it."""

    def __init__(self, folder: Path, served: Served) -> None:
        self.folder = folder
        self.repository = folder / "served" / f"{REPOSITORY}.git"
        self.repository.mkdir(parents=True)
        git(self.repository, "init", "--quiet", "--bare")
        self.url = f"{served.url}/{REPOSITORY}.git"
        self.server = served.url
        self.asked = served.authorizations
        self.clone = folder / "clone"
        self.clone.mkdir()
        git(self.clone, "init", "--quiet")
        commit(self.clone, "first", a="1")
        git(self.clone, "remote", "add", "origin", self.url)

    def write(self, points: tuple[HistoryPoint, ...], mark: str = MARK_CONTENT) -> str:
        """The branch with these points; its tip."""
        work = self.folder / "branch"
        work.mkdir()
        git(work, "init", "--quiet")
        if mark:
            (work / MARK).write_text(mark)
        for one in points:
            file = work / path(one, 1)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(append(file.read_bytes() if file.exists() else b"", one, "x"))
        tip = commit(work, "points", README__md="x")
        git(self.repository, "fetch", "--quiet", str(work), f"{tip}:refs/heads/{BRANCH}")
        return tip

    def store(self, token: str = TOKEN) -> Store:
        return open_store(
            self.clone,
            self.folder / "store",
            environ=ENVIRON,
            token=SecretStr(token),
            server_url=self.server,
            repository=REPOSITORY,
        )

    def private(self) -> Path:
        private = self.folder / "private"
        private.mkdir()
        return private

    def read(self, repository: str = REPOSITORY, token: str = TOKEN) -> History:
        return read_history(self.store(token), repository, self.private(), [PARSE, RENDER], SERIES)

    def read_local(self) -> History | None:
        return read_local_history(self.store(), self.private(), [PARSE, RENDER])


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    with serve(tmp_path / "served") as served:
        yield Origin(tmp_path, served)


def test_the_courses_of_this_run_s_benchmarks_are_read(origin: Origin) -> None:
    tip = origin.write((point(1), point(2), point(3, changes_percent=(10.0, None))))
    found = origin.read()
    assert (found.branch_commit, found.caution) == (tip, "")
    parse, render = found.courses
    assert (parse.id, parse.levels_percent) == ("parse/64", (0.0, 1.5, 11.65))
    assert (render.id, render.levels_percent) == ("render", (0.0, 0.0))
    assert parse.since == "2026-03-02T00:01:00Z" and parse.gaps == ()


def test_nothing_of_it_comes_into_the_checkout(origin: Origin) -> None:
    origin.write((point(1),))
    before = git(origin.clone, "for-each-ref"), git(origin.clone, "count-objects", "-v")
    origin.read()
    assert before == (git(origin.clone, "for-each-ref"), git(origin.clone, "count-objects", "-v"))


def test_a_repository_without_a_history_is_nothing_to_speak_of(origin: Origin) -> None:
    assert origin.read() == History()


def test_only_the_newest_files_are_read(origin: Origin) -> None:
    days = tuple(
        point(n, time=f"2026-{1 + n // 28:02}-{1 + n % 28:02}T00:00:00Z") for n in range(1, MOST_FILES + 21)
    )
    origin.write(days)
    found = origin.read()
    assert found.courses[0].until == days[-1].time and len(found.courses[0].levels_percent) == 30


def test_another_repository_s_branch_is_not_read(origin: Origin) -> None:
    origin.write((point(1),))
    found = origin.read("octo/other")
    assert found.courses == () and "origin is not octo/other" in found.caution


@pytest.mark.parametrize(
    ("mark", "said"),
    [("", MARK), ('{"kind":"history","format_version":2}\n', "format version 2"), ("x", "line 1")],
    ids=["somebody else's", "newer", "damaged"],
)
def test_what_cannot_be_read_is_a_caution(origin: Origin, mark: str, said: str) -> None:
    origin.write((point(1),), mark)
    found = origin.read()
    assert found.courses == () and said in found.caution
    assert found.caution.startswith("The history was not read: ") and found.caution.count("\n") == 0


def test_a_server_that_turns_us_away_is_a_caution(origin: Origin) -> None:
    origin.write((point(1),))
    found = origin.read(token="ghs_wrong")
    assert found.courses == () and "turned us away" in found.caution and "ghs_" not in found.caution


@pytest.mark.parametrize("ref", [f"refs/heads/{BRANCH}", f"refs/remotes/origin/{BRANCH}"])
def test_on_ones_own_machine_the_checkout_s_copy_is_read_and_no_server(origin: Origin, ref: str) -> None:
    tip = origin.write((point(1), point(2)))
    git(origin.clone, "fetch", "--quiet", str(origin.repository), f"{tip}:{ref}")
    found = origin.read_local()
    assert found and (found.branch_commit, found.caution) == (tip, "")
    assert [one.levels_percent for one in found.courses] == [(0.0, 1.5), (0.0, 0.0)]
    assert origin.asked == []


def test_without_a_copy_no_server_is_asked_for_one(origin: Origin) -> None:
    origin.write((point(1),))
    assert origin.read_local() is None
    assert origin.asked == []


def test_a_copy_that_cannot_be_read_is_a_caution(origin: Origin) -> None:
    tip = origin.write((point(1),), "x")
    git(origin.clone, "fetch", "--quiet", str(origin.repository), f"{tip}:refs/heads/{BRANCH}")
    found = origin.read_local()
    assert found and found.courses == () and found.caution.startswith("The history was not read: ")
