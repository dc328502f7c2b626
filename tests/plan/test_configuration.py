"""Which benchmark-ci.toml counts, read from commits of real repositories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from benchmark_ci.errors import BadInput
from benchmark_ci.model import Event, Job, Plan, PullRequest, Settings, Side
from benchmark_ci.plan import effective, open_store, plan_for_checkout, plan_for_job
from benchmark_ci.plan.store import Store
from tests.plan.repositories import git

NAME = "benchmark-ci.toml"
FORK = ", as on every pull request of a fork."
BOTH = " between baseline and current"
CHANGES = "Changes: threshold 5 % → 50 %, `*` threshold unset → 90 %."
Content = str | bytes | None
STRICT, LOOSE = "threshold = 5\n", "threshold = 50\n[limits]\n'*' = 90\n"


class Repository:
    """A pull request's merge commit, checked out, with a file on each side (None: without)."""

    def __init__(self, folder: Path, object_format: str = "sha1") -> None:
        self.path = folder / "repository"
        self.path.mkdir()
        self.private = folder / "private"
        git(self.path, "init", "--quiet", f"--object-format={object_format}")
        (self.path / "Cargo.toml").write_text("[package]\n")

    def sides(self, baseline: Content, current: Content, name: str = NAME) -> Repository:
        self.base = self.commit({name: baseline})
        git(self.path, "checkout", "--quiet", "-b", "feature")
        self.head = self.commit({name: current, "code": "changed"})
        git(self.path, "checkout", "--quiet", "main")
        git(self.path, "merge", "--quiet", "--no-ff", "-m", "merge", "feature")
        self.merge = git(self.path, "rev-parse", "HEAD")
        return self

    def commit(self, files: Mapping[str, Content]) -> str:
        for name, text in files.items():
            file = self.path / name
            if text is None:
                file.unlink(missing_ok=True)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode() if isinstance(text, str) else text)
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", "-m", "change")
        return git(self.path, "rev-parse", "HEAD")

    @property
    def store(self) -> Store:
        return open_store(self.path, self.private, environ=os.environ)

    def plan(self, settings: Settings | None = None, *, fork: bool = False) -> Plan:
        request = PullRequest(
            number=12,
            head_sha=self.head,
            head_repository="eve/fork" if fork else "owner/own",
            base_repository="owner/own",
            base_ref="main",
        )
        event = Event(name="pull_request", default_branch="main", pull_request=request)
        job = Job(event_name="pull_request", sha=self.merge, ref="refs/pull/12/merge", workspace=self.path)
        return plan_for_job(settings or Settings(), job, event, self.store)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_without_a_file_there_are_no_rules(repository: Repository) -> None:
    plan = repository.sides(None, None).plan()
    assert plan.config is None
    assert plan.cautions == ()
    assert effective(Settings(), plan.config).threshold_percent == 10


def test_current_s_file_counts(repository: Repository) -> None:
    plan = repository.sides(STRICT, LOOSE).plan()
    assert plan.config and plan.config.side is Side.CURRENT
    assert plan.config.threshold_percent == 50
    assert plan.cautions == (f"`benchmark-ci.toml` differs{BOTH}; current's was used. {CHANGES}",)


def test_on_a_fork_s_pull_request_baseline_s_counts(repository: Repository) -> None:
    plan = repository.sides(STRICT, LOOSE).plan(fork=True)
    assert plan.config and plan.config.side is Side.BASELINE
    assert plan.config.threshold_percent == 5
    assert plan.config.limits == ()
    assert plan.cautions == (f"`benchmark-ci.toml` differs{BOTH}; baseline's was used{FORK} {CHANGES}",)


@pytest.mark.parametrize(
    ("baseline", "current", "fork", "caution"),
    [
        (None, LOOSE, False, "`benchmark-ci.toml` is only in current; current's was used."),
        (
            None,
            LOOSE,
            True,
            f"`benchmark-ci.toml` is only in current; no `benchmark-ci.toml` was used{FORK}",
        ),
        (STRICT, None, False, "`benchmark-ci.toml` is only in baseline; no `benchmark-ci.toml` was used."),
        (
            STRICT,
            None,
            True,
            f"`benchmark-ci.toml` is only in baseline; baseline's was used{FORK}",
        ),
        (STRICT, "# five\nthreshold=5.0", False, ""),
        (STRICT, "# five\nthreshold=5.0", True, ""),
        (
            STRICT,
            "threshold = 'x'",
            True,
            '`benchmark-ci.toml` of current, line 1, column 1: `threshold` is `"x"`; allowed: a number; '
            f"baseline's was used{FORK}",
        ),
        (
            "threshold = 'x'",
            STRICT,
            False,
            '`benchmark-ci.toml` of baseline, line 1, column 1: `threshold` is `"x"`; allowed: a number; '
            "current's was used.",
        ),
    ],
)
def test_a_difference_is_pointed_out(
    repository: Repository, baseline: str | None, current: str | None, fork: bool, caution: str
) -> None:
    plan = repository.sides(baseline, current).plan(fork=fork)
    assert plan.cautions == ((caution,) if caution else ())
    counts = baseline if fork else current
    assert (plan.config is None) == (counts is None)


@pytest.mark.parametrize("fork", [False, True])
def test_a_bad_file_that_counts_stops_the_run(repository: Repository, fork: bool) -> None:
    repository.sides("treshold = 1\n", "\ntreshold = 1\nfail = 2\n")
    with pytest.raises(BadInput) as bad:
        repository.plan(fork=fork)
    lines = bad.value.message.splitlines()
    assert len(lines) == (1 if fork else 2)
    side, line = ("baseline", 1) if fork else ("current", 2)
    assert lines[0].startswith(f"`benchmark-ci.toml` of {side}, line {line}, column 1: ")


def test_a_file_that_was_asked_for_must_be_there(repository: Repository) -> None:
    repository.sides(STRICT, None, "ci/limits.toml")
    asked = Settings(config=PurePosixPath("ci/limits.toml"))
    with pytest.raises(BadInput, match=r"Input `config`: there is no file `ci/limits.toml` in current"):
        repository.plan(asked)
    plan = repository.plan(asked, fork=True)
    assert plan.config and plan.config.path == "ci/limits.toml"


def test_the_default_s_name_asked_for_must_be_there_too(repository: Repository) -> None:
    repository.sides(None, None)
    with pytest.raises(BadInput, match="there is no file"):
        repository.plan(Settings(config=PurePosixPath(NAME)))


def test_a_fork_that_brings_the_file_along_is_measured_without(repository: Repository) -> None:
    plan = repository.sides(None, LOOSE).plan(Settings(config=PurePosixPath(NAME)), fork=True)
    assert plan.config is None
    assert "only in current" in plan.cautions[0]


def test_a_symbolic_link_is_not_followed(repository: Repository) -> None:
    repository.sides(None, None)
    (repository.path / NAME).symlink_to("/etc/passwd")
    repository.merge = repository.commit({})
    with pytest.raises(BadInput, match="is a symbolic link"):
        repository.plan()


def test_nothing_is_read_through_a_linked_folder(repository: Repository) -> None:
    repository.sides(STRICT, STRICT, "ci/limits.toml")
    (repository.path / "linked").symlink_to("ci")
    repository.merge = repository.commit({})
    with pytest.raises(BadInput, match="there is no file"):
        repository.plan(Settings(config=PurePosixPath("linked/limits.toml")))


def test_a_folder_is_no_file(repository: Repository) -> None:
    repository.sides(None, STRICT, f"{NAME}/x")
    with pytest.raises(BadInput, match="is a directory"):
        repository.plan()


def test_a_huge_file_is_refused_by_its_size(repository: Repository) -> None:
    repository.sides(None, b"#" * 1_000_001)
    with pytest.raises(BadInput, match="1,000,001 bytes; at most 1,000,000 are read"):
        repository.plan()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"a = 1\n# \xff\xfe", "line 2, column 3: the file is not UTF-8."),
        (b"# \xef\xbf\xbd\n\xf0\x9f\x98", "line 1, column 3: the file is not UTF-8."),
        (b"\xef\xbb\xbfthreshold = 5", "line 1, column 1: the file begins with a byte order mark"),
        ("threshold = 5\n".encode("utf-16"), "the file is not UTF-8."),
    ],
)
def test_what_is_not_utf_8_is_seen_through_git(repository: Repository, raw: bytes, told: str) -> None:
    with pytest.raises(BadInput) as bad:
        repository.sides(None, raw).plan()
    assert told in bad.value.message


def test_odd_signs_and_blank_ends_come_through_git_unchanged(repository: Repository) -> None:
    text = "skip = ['\N{REPLACEMENT CHARACTER}*', 'ü']\r\n\r\n\n  \t\n"
    plan = repository.sides(None, text).plan()
    assert plan.config and [rule.pattern for rule in plan.config.skip] == ["\N{REPLACEMENT CHARACTER}*", "ü"]


def test_a_repository_with_longer_shas_is_read_alike(tmp_path: Path) -> None:
    plan = Repository(tmp_path, "sha256").sides(STRICT, "skip = ['ü�']").plan()
    assert plan.config and plan.config.skip[0].pattern == "ü�"


@pytest.mark.parametrize("name", ["*.toml", ":(top)x.toml", "a b.toml", "-x.toml", "é.toml"])
def test_a_name_is_a_name_and_no_pattern(repository: Repository, name: str) -> None:
    repository.sides(None, STRICT, name)
    (repository.path / "other.toml").write_text(LOOSE)
    repository.merge = repository.commit({})
    plan = repository.plan(Settings(config=PurePosixPath(name)))
    assert plan.config and (plan.config.path, plan.config.threshold_percent) == (name, 5)


def test_on_one_s_own_machine_the_working_tree_s_file_counts(repository: Repository) -> None:
    repository.sides(STRICT, STRICT)
    git(repository.path, "checkout", "--quiet", "feature")
    (repository.path / NAME).write_text(LOOSE)
    plan = plan_for_checkout(Settings(baseline_ref="main"), repository.path, repository.store)
    assert plan.config and plan.config.threshold_percent == 50
    assert plan.cautions[0].endswith(f"current's was used. {CHANGES}")


def test_the_same_commit_on_both_sides_has_no_difference(repository: Repository) -> None:
    repository.sides(STRICT, LOOSE)
    plan = plan_for_checkout(
        Settings(baseline_ref="main", current_ref="main"), repository.path, repository.store
    )
    assert plan.same and plan.config and plan.cautions == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, 50.0), ({"threshold_percent": 10.0}, 10.0), ({"threshold_percent": 7.0}, 7.0)],
)
def test_a_threshold_that_was_given_wins_over_the_file_s(
    repository: Repository, given: dict[str, float], expected: float
) -> None:
    plan = repository.sides(LOOSE, LOOSE).plan()
    assert effective(Settings.model_validate(given), plan.config).threshold_percent == expected
