"""`benchmark-ci history`, as a person types it: lists, filters, exports, checks, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.cli import main
from benchmark_ci.history.file import append
from benchmark_ci.history.layout import BRANCH, MARK, MARK_CONTENT, path
from benchmark_ci.model import HistoryPoint
from tests.history.samples import PARSE, point, sha
from tests.plan.repositories import commit, git, serve

Out = pytest.CaptureFixture[str]
PUSHES = (point(1), point(2, regressed=(0,)), point(3, time="2026-04-01T00:00:00Z", benchmarks=(PARSE,),
          times_ns=(200.0,), changes_percent=(None,), peak_memory_bytes=(None,)))  # fmt: skip
RELEASE = point(4, event="release", tag="v1.0.0", time="2026-03-20T00:00:00Z")
EVERY = (*PUSHES, RELEASE)


def put(folder: Path, *points: HistoryPoint) -> Path:
    """A checkout of the branch, without git."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(MARK_CONTENT)
    for one in points:
        file = folder / path(one, 1)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(append(file.read_bytes() if file.exists() else b"", one, "x"))
    return folder


def cloned(folder: Path, ref: str, *points: HistoryPoint) -> Path:
    """A project whose clone knows the branch by this name."""
    put(folder / "branch", *points)
    git(folder / "branch", "init", "--quiet")
    tip = commit(folder / "branch", "points")
    project = folder / "project"
    project.mkdir()
    git(project, "init", "--quiet")
    commit(project, "first", a="1")
    git(project, "fetch", "--quiet", str(folder / "branch"), tip)
    git(project, "update-ref", ref, tip)
    return project


def history(*arguments: str | Path) -> int:
    return main(["history", *map(str, arguments)])


def listed(out: Out, *arguments: str | Path) -> list[dict[str, Any]]:
    assert history(*arguments, "--format", "json") == 0
    loaded: list[dict[str, Any]] = json.loads(out.readouterr().out)
    return loaded


def numbers(points: list[dict[str, Any]]) -> list[int]:
    return [int(one["sha"], 16) for one in points]


def test_points_are_listed_newest_first(tmp_path: Path, capsys: Out) -> None:
    assert history(put(tmp_path, *EVERY)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-04-01 00:00  000000000000  push  CI / benchmark  1 benchmark, noise 0.8 %",
        "2026-03-20 00:00  000000000000  release v1.0.0  CI / benchmark  2 benchmarks, noise 0.8 %",
        "2026-03-02 00:02  000000000000  push  CI / benchmark  2 benchmarks, 1 regressed, noise 0.8 %",
        "2026-03-02 00:01  000000000000  push  CI / benchmark  2 benchmarks, noise 0.8 %",
    ]


def test_benchmarks_that_match_are_listed_below(tmp_path: Path, capsys: Out) -> None:
    assert history(put(tmp_path, *PUSHES), "--benchmark", "parse/*", "--since", "2026-03-02T00:02") == 0
    assert capsys.readouterr().out.splitlines()[1::2] == [
        "    parse/64  200.0 ns  not compared",
        "    parse/64  184.2 ns  +1.5 %  4.301 MB  regressed",
    ]


def test_filters(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, *EVERY)
    assert numbers(listed(capsys, tmp_path)) == [3, 4, 2, 1]
    assert numbers(listed(capsys, tmp_path, "--releases")) == [4]
    assert numbers(listed(capsys, tmp_path, "--since", "2026-03-10")) == [3, 4]
    assert numbers(listed(capsys, tmp_path, "--benchmark", "render")) == [4, 2, 1]
    assert listed(capsys, tmp_path, "--since", "2027") == []
    two = listed(
        capsys, tmp_path, "--benchmark", "render", "--benchmark", "quantizer/codec: p*", "--releases"
    )
    assert [one["id"] for one in two[0]["benchmarks"]] == ["parse/64", "render"]


def test_json_has_everything(tmp_path: Path, capsys: Out) -> None:
    (found,) = listed(capsys, put(tmp_path, PUSHES[1]))
    assert found["baseline"] == sha(1) and found["environment"]["cpu"] == "AMD EPYC 7763"
    assert found["benchmarks"] == [
        {
            "package": "quantizer",
            "target": "codec",
            "id": "parse/64",
            "time_ns": 184.2,
            "change_percent": 1.5,
            "peak_memory_bytes": 4_300_800,
            "verdict": "regressed",
        },
        {
            "package": "quantizer",
            "target": "codec",
            "id": "render",
            "time_ns": None,
            "change_percent": 0,
            "peak_memory_bytes": None,
            "verdict": None,
        },
    ]


def test_csv_has_a_row_per_point_and_benchmark(tmp_path: Path) -> None:
    file = tmp_path / "out" / "points.csv"
    assert history(put(tmp_path / "branch", *EVERY), "--output", file) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len(rows) == 7
    assert rows[0]["id"] == "parse/64" and rows[0]["time_ns"] == "200.0" and rows[0]["change_percent"] == ""
    assert [row["tag"] for row in rows[1:3]] == ["v1.0.0"] * 2


@pytest.mark.parametrize("ref", [f"refs/heads/{BRANCH}", f"refs/remotes/origin/{BRANCH}"])
def test_a_checkout_s_branch_is_read_without_checking_it_out(tmp_path: Path, capsys: Out, ref: str) -> None:
    project = cloned(tmp_path, ref, *EVERY)
    before = git(project, "for-each-ref"), git(project, "status", "--porcelain")
    assert numbers(listed(capsys, project)) == [3, 4, 2, 1]
    assert before == (git(project, "for-each-ref"), git(project, "status", "--porcelain"))
    assert history(project, "--check") == 0
    assert capsys.readouterr().out == "3 files, 4 points, 1 series; nothing is wrong.\n"


def test_no_server_is_asked(tmp_path: Path, capsys: Out) -> None:
    project = cloned(tmp_path, f"refs/heads/{BRANCH}", point(1))
    with serve(tmp_path, private=False) as served:
        git(project, "remote", "add", "origin", f"{served.url}/project")
        assert history(project) == 0
        capsys.readouterr()
        git(project, "update-ref", "-d", f"refs/heads/{BRANCH}")
        assert f"no branch `{BRANCH}`" in refused(capsys, project)
        assert served.authorizations == []


def test_the_server_s_branch_counts_more_than_an_own_one(tmp_path: Path, capsys: Out) -> None:
    project = cloned(tmp_path, f"refs/remotes/origin/{BRANCH}", *EVERY)
    git(project, "update-ref", f"refs/heads/{BRANCH}", "HEAD")
    assert len(listed(capsys, project)) == 4


def test_unpacked_artifacts_and_single_files_are_read(tmp_path: Path, capsys: Out) -> None:
    for one in PUSHES:
        folder = tmp_path / f"benchmark-history-{one.sha}"
        folder.mkdir()
        (folder / "history.jsonl").write_bytes(append(b"", one, "x"))
        (folder / "branch.json").write_text("{}")
    assert numbers(listed(capsys, tmp_path)) == [3, 2, 1]
    assert numbers(listed(capsys, tmp_path / f"benchmark-history-{sha(2)}" / "history.jsonl")) == [2]


def refused(out: Out, *arguments: str | Path) -> str:
    assert history(*arguments) == 2
    said = out.readouterr()
    assert said.out == "" and "Traceback" not in said.err
    return said.err


def test_damage_is_an_error_with_its_place_and_nothing_is_written(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, *EVERY)
    file, output = tmp_path / path(PUSHES[0], 1), tmp_path / "out.json"
    output.write_text("before")
    file.write_bytes(file.read_bytes()[:-7])
    assert "`points/2026-03/02.jsonl`, line 5: it is cut off" in refused(capsys, tmp_path, "--output", output)
    assert output.read_text() == "before"


def test_check_tells_every_file_that_is_damaged(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, *EVERY)
    (tmp_path / path(PUSHES[0], 1)).write_bytes(b"{}\n")
    release = tmp_path / path(RELEASE, 1)
    release.rename(release.with_name("2025.jsonl"))
    said = refused(capsys, tmp_path, "--check")
    assert "`points/2026-03/02.jsonl`, line 1" in said
    assert "`releases/2025.jsonl`: the point of 000000000000 belongs to `releases/2026.jsonl`" in said


def test_links_in_a_folder_are_refused(tmp_path: Path, capsys: Out) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "history.jsonl").symlink_to(secret)
    assert "history.jsonl" in refused(capsys, folder)


def test_what_is_missing_is_said_with_a_remedy(tmp_path: Path, capsys: Out) -> None:
    assert "There is no" in refused(capsys, tmp_path / "nowhere")
    assert "no git repository" in refused(capsys, tmp_path)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "first", a="1")
    assert f"git fetch origin {BRANCH}:refs/remotes/origin/{BRANCH}" in refused(capsys, tmp_path)
    git(tmp_path, "branch", BRANCH)
    assert MARK in refused(capsys, tmp_path)


def test_bad_usage_is_told_together(tmp_path: Path, capsys: Out) -> None:
    said = refused(capsys, put(tmp_path, *EVERY), "--since", "yesterday", "--releases", "--check")
    assert "`--since` is" in said and "takes no `--since` or `--releases`" in said
    assert "matches" in refused(capsys, tmp_path, "--benchmark", "pares/*")


@pytest.mark.parametrize("since", ["2026-13", "2026-02-31", "2026-02-01T25:00", "2026-02-01T10:61", "0000"])
def test_a_date_that_no_calendar_has_is_refused(tmp_path: Path, capsys: Out, since: str) -> None:
    assert f"`--since` is `{since}`" in refused(capsys, put(tmp_path, *EVERY), "--since", since)


@pytest.mark.parametrize(
    "since", ["2026", "2026-03", "2026-02-28", "2026-02-28T23:59", "2026-02-28T23:59:59Z"]
)
def test_any_beginning_of_a_moment_is_a_date(tmp_path: Path, capsys: Out, since: str) -> None:
    assert len(listed(capsys, put(tmp_path, *EVERY), "--since", since)) == 4


def test_no_point_is_said_and_not_left_blank(tmp_path: Path, capsys: Out) -> None:
    assert history(put(tmp_path, *EVERY), "--since", "2027") == 0
    assert capsys.readouterr().out == "There is no such point.\n"


def test_an_output_that_cannot_be_written_is_a_bad_input(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path / "branch", *EVERY)
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "x"):
        said = refused(capsys, tmp_path / "branch", "--output", place)
        assert f"Flag `--output`: `{place}` cannot be written" in said
