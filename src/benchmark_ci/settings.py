"""Inputs, flags and the runner's variables → Settings and Job. All bad inputs are reported together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from pydantic import SecretStr

from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.inputs import CURRENT_FLAG, INPUTS, Input
from benchmark_ci.model import Job, Settings
from benchmark_ci.parsers import Refused, expressions, percent, shown

MOUNT = PurePosixPath("/github/workspace")
"""Where the runner mounts the workspace of a container action."""

_FALLBACK_THRESHOLD = Input("REGRESSION_THRESHOLD", "10", "", percent, field="threshold_percent")

_NOT_REPEATED = (
    "baseline_ref",
    "mode",
    "github_token",
    "filter",
    "fail_on",
    "comment",
    "history",
    "name",
    "system_packages",
    "setup",
)

_PATHS = {"working_directory": "directory", "config": "file"}

_Given = tuple[Input, str, str]  # the input, what the user calls it, its text


def read_inputs(environ: Mapping[str, str]) -> Settings:
    """The action's inputs from `INPUT_*`; an input that is unset or blank has its default.

    The documented spelling (`INPUT_BASELINE_REF`) wins over the one with hyphens (`INPUT_BASELINE-REF`).
    Raises BadInputs with every problem at once.
    """
    given = [
        (one, f"Input `{one.name}`", text)
        for one in INPUTS
        if (
            text := _first(
                environ, f"INPUT_{one.name.upper()}", f"INPUT_{one.name.upper().replace('_', '-')}"
            )
        )
    ]
    return _settings(given, environ)


def from_flags(flags: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Settings:
    """The command line's flags, by name (`time-budget` or `time_budget`, `baseline`, `current`).

    Raises BadInputs with every problem at once; a flag that does not exist is one of them.
    """
    known = {one.flag_name: one for one in (*INPUTS, CURRENT_FLAG)}
    given: list[_Given] = []
    problems: list[BadInput] = []
    for name, text in flags.items():
        flag = name.removeprefix("--").replace("_", "-")
        one = known.get({"baseline-ref": "baseline", "current-ref": "current"}.get(flag, flag))
        if one is None:
            problems.append(BadInput(f"There is no flag `--{flag}`.", "See `benchmark-ci run --help`."))
        elif text.strip():
            given.append((one, f"Flag `--{one.flag_name}`", text))
    return _settings(given, environ or {}, problems)


def flags(settings: Settings) -> tuple[str, ...]:
    """The flags of `benchmark-ci run` that ask for the same, besides the sides and what only a job has."""
    shown: list[str] = []
    given = {"threshold_percent"} & settings.model_fields_set
    for one in INPUTS:
        field = one.field or one.name
        value = getattr(settings, field)
        # a threshold that was given wins over the file's, also where it is the default's number
        usual = value == Settings.model_fields[field].default and field not in given
        if one.name in _NOT_REPEATED or usual:
            continue
        if isinstance(value, tuple):
            value = ("\n" if one.parse is expressions else ",").join(value)
        shown.append(one.argument(f"{value:g}" if isinstance(value, float) else str(value)))
    return tuple(shown)


def read_job(environ: Mapping[str, str]) -> Job:
    """The job from the runner's variables.

    Raises BadInput when this was not started by GitHub Actions.
    """
    for needed in ("GITHUB_EVENT_NAME", "GITHUB_WORKSPACE"):
        if not environ.get(needed):
            raise BadInput(
                f"The variable `{needed}` is not set: `benchmark-ci action` is started by GitHub Actions.",
                "On your own machine use `benchmark-ci run`.",
            )
    return Job(
        event_name=environ["GITHUB_EVENT_NAME"],
        event_path=_path(environ, "GITHUB_EVENT_PATH"),
        repository=environ.get("GITHUB_REPOSITORY", ""),
        sha=environ.get("GITHUB_SHA", ""),
        ref=environ.get("GITHUB_REF", ""),
        workspace=Path(environ["GITHUB_WORKSPACE"]),
        server_url=(environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
        api_url=(environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
        workflow=environ.get("GITHUB_WORKFLOW", ""),
        job=environ.get("GITHUB_JOB", ""),
        run_id=_integer(environ, "GITHUB_RUN_ID"),
        run_attempt=_integer(environ, "GITHUB_RUN_ATTEMPT") or 1,
        retention_days=_integer(environ, "GITHUB_RETENTION_DAYS"),
        output_file=_path(environ, "GITHUB_OUTPUT"),
        summary_file=_path(environ, "GITHUB_STEP_SUMMARY"),
        results_url=environ.get("ACTIONS_RESULTS_URL", ""),
        runtime_token=SecretStr(environ.get("ACTIONS_RUNTIME_TOKEN", "")),
        debug=environ.get("RUNNER_DEBUG") == "1",
    )


def _settings(
    given: Iterable[_Given], environ: Mapping[str, str], problems: Iterable[BadInput] = ()
) -> Settings:
    """Parse what was given; what was not given keeps the default that the model states."""
    given, problems = list(given), list(problems)
    fallback = environ.get("REGRESSION_THRESHOLD", "").strip()
    if fallback and not any(one.name == "threshold" for one, _, _ in given):
        given.append((_FALLBACK_THRESHOLD, "The environment variable `REGRESSION_THRESHOLD`", fallback))
    fields: dict[str, object] = {}
    for one, called, text in given:
        parse = _path_below(environ, _PATHS[one.name]) if one.name in _PATHS else one.parse
        try:
            fields[one.field or one.name] = parse(text if one.verbatim else text.strip())
        except Refused as refused:
            problems.append(_problem(one, called, text.strip(), refused))
    if problems:
        raise BadInputs(problems)
    return Settings.model_validate(fields)


def _problem(one: Input, called: str, text: str, refused: Refused) -> BadInput:
    value = "not one that can be used" if one.secret else shown(text)
    remedy = f"Correct it, or leave it out for the default ({one.default})."
    return BadInput(
        f"{called} is {value}; allowed: {refused.allowed}.", " ".join(filter(None, (refused.remedy, remedy)))
    )


def _path_below(environ: Mapping[str, str], what: str) -> Callable[[str], PurePosixPath]:
    """A parser of paths inside the repository; the workspace's absolute path is taken off."""
    roots = [PurePosixPath(root) for root in (environ.get("GITHUB_WORKSPACE", ""), str(MOUNT)) if root]

    def parse(text: str) -> PurePosixPath:
        path = PurePosixPath(text)
        root = next((root for root in roots if path.is_relative_to(root)), None)
        path = path.relative_to(root) if root else path
        if path.is_absolute() or ".." in path.parts or not text.isprintable():
            raise Refused(f"a {what} inside the repository, relative to its root and without `..`")
        return path

    return parse


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name, "").strip()), "")


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _integer(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
