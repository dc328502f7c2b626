"""Calling cargo for one side, and reading what it says while it builds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmark_ci.build import complaint
from benchmark_ci.build.metadata import BenchTarget
from benchmark_ci.build.toolchain import Toolchain
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Noun, Settings, Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall import process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.room import Room

BUILD_LIMIT_SECONDS = 3600.0
METADATA_LIMIT_SECONDS = 900.0
MESSAGES_BYTES = 256 * 1024 * 1024


class Cargo:
    """Cargo for one side, in a directory of its clone."""

    def __init__(
        self,
        toolchain: Toolchain,
        env: Mapping[str, str],
        identity: Identity | None,
        directory: Path,
        target: Path,
    ) -> None:
        """`env` is the child's whole environment; `target` its target directory."""
        self._program = str(toolchain.bin / "cargo")
        # the repository's own `build.build-dir` might be one place for both sides
        self._env = {**env, "CARGO_TARGET_DIR": str(target), "CARGO_BUILD_BUILD_DIR": str(target)}
        self._identity = identity
        self._directory = directory

    def run(
        self, *arguments: str, voice: Voice | None = None, limit_seconds: float = METADATA_LIMIT_SECONDS
    ) -> process.Finished:
        """Run cargo to its end; what it writes on standard error goes to the log."""
        return process.run(
            (self._program, *arguments),
            cwd=self._directory,
            env=self._env,
            identity=self._identity,
            timeout_seconds=limit_seconds,
            on_line=voice.child_line if voice else None,
            keep_bytes=MESSAGES_BYTES,
            room=Room(self._directory),
        )


class Artifact(Noun):
    """An executable that cargo built for a bench target."""

    target: Target
    executable: Path
    manifest_path: Path


class Outcome(Noun):
    """What a `cargo bench --no-run` left."""

    artifacts: tuple[Artifact, ...]
    errors: Mapping[str, str]  # by str(target): the compiler's first error of targets that gave none
    first_error: str  # the first error of anything, for targets that a dependency brought down
    stale: tuple[str, ...]  # packages of the repository that cargo did not build anew
    library_paths: tuple[str, ...]
    bins: Mapping[str, str]  # name → path of plain binaries, for CARGO_BIN_EXE_*
    scripts: Mapping[str, Mapping[str, str]] = {}  # by package id: variables that its build script set


def feature_flags(settings: Settings) -> tuple[str, ...]:
    """Cargo's feature flags of the inputs."""
    flags = []
    if settings.features:
        flags.append("--features=" + ",".join(settings.features))
    if settings.all_features:
        flags.append("--all-features")
    if settings.no_default_features:
        flags.append("--no-default-features")
    return tuple(flags)


def bench_arguments(settings: Settings, benches: tuple[BenchTarget, ...], locked: bool) -> tuple[str, ...]:
    """Arguments that build these bench targets and nothing else, and go on after a broken one."""
    packages = dict.fromkeys(bench.package_spec for bench in benches)
    names = dict.fromkeys(bench.target.name for bench in benches)
    return (
        "bench",
        "--no-run",
        "--no-fail-fast",
        "--message-format=json",
        *(("--locked",) if locked else ()),
        *(f"--package={spec}" for spec in packages),
        *(f"--bench={name}" for name in names),
        *feature_flags(settings),
    )


def build(
    cargo: Cargo, settings: Settings, benches: tuple[BenchTarget, ...], locked: bool, voice: Voice
) -> Outcome:
    """Build bench targets; those that a stopped cargo never reached are built one by one."""
    outcome = _build_once(cargo, bench_arguments(settings, benches, locked), benches, voice)
    answered = {str(artifact.target) for artifact in outcome.artifacts} | set(outcome.errors)
    missing = [bench for bench in benches if str(bench.target) not in answered]
    if not missing or len(benches) == 1:
        return outcome
    for bench in missing:
        one = _build_once(cargo, bench_arguments(settings, (bench,), locked), (bench,), voice)
        outcome = outcome.model_copy(
            update={
                "artifacts": (*outcome.artifacts, *one.artifacts),
                "errors": {**outcome.errors, **one.errors},
                "library_paths": tuple(dict.fromkeys((*outcome.library_paths, *one.library_paths))),
                "bins": {**outcome.bins, **one.bins},
                "scripts": {**outcome.scripts, **one.scripts},
            }
        )
    return outcome


class _WireTarget(BaseModel):
    model_config = ConfigDict(extra="ignore")
    kind: list[str]
    name: str


class _WireProfile(BaseModel):
    model_config = ConfigDict(extra="ignore")
    test: bool


class _WireArtifact(BaseModel):
    model_config = ConfigDict(extra="ignore")
    package_id: str
    manifest_path: Path
    target: _WireTarget
    profile: _WireProfile
    executable: Path | None
    fresh: bool


class _WireDiagnostic(BaseModel):
    model_config = ConfigDict(extra="ignore")
    level: str
    rendered: str | None


class _WireMessage(BaseModel):
    model_config = ConfigDict(extra="ignore")
    package_id: str
    target: _WireTarget
    message: _WireDiagnostic


class _WireScript(BaseModel):
    model_config = ConfigDict(extra="ignore")
    package_id: str
    linked_paths: list[str]
    env: list[tuple[str, str]] = []
    out_dir: str = ""


def _build_once(
    cargo: Cargo, arguments: tuple[str, ...], benches: tuple[BenchTarget, ...], voice: Voice
) -> Outcome:
    finished = cargo.run(*arguments, voice=voice, limit_seconds=BUILD_LIMIT_SECONDS)
    if finished.timed_out:
        raise BuildFailed(f"The build took more than {BUILD_LIMIT_SECONDS / 60:.0f} minutes.")
    if finished.filled_disk:
        raise BuildFailed("The build filled the disk.", "Free space on the runner before this step.")
    reader = _Messages({(bench.package_id, bench.target.name): bench.target for bench in benches})
    for message in _messages(finished.stdout):
        reader.take(message)
    for rendered in reader.rendered:
        for line in rendered.splitlines():
            voice.child_line(line)
    first = reader.first_error or ("" if finished.ok else complaint.of_cargo(finished.stderr))
    return Outcome(
        artifacts=tuple(reader.artifacts),
        errors=reader.errors,
        first_error=first,
        stale=tuple(reader.stale),
        library_paths=tuple(dict.fromkeys(reader.library_paths)),
        bins=reader.bins,
        scripts=reader.scripts,
    )


class _Messages:
    """Sorts cargo's messages; see `cargo help build`, `--message-format`."""

    def __init__(self, wanted: Mapping[tuple[str, str], Target]) -> None:
        self._wanted = wanted
        self.artifacts: list[Artifact] = []
        self.errors: dict[str, str] = {}
        self.first_error = ""
        self.rendered: list[str] = []
        self.stale: list[str] = []
        self.library_paths: list[str] = []
        self.bins: dict[str, str] = {}
        self.scripts: dict[str, dict[str, str]] = {}

    def take(self, message: dict[str, object]) -> None:
        try:
            if message.get("reason") == "compiler-artifact":
                self._artifact(_WireArtifact.model_validate(message))
            elif message.get("reason") == "compiler-message":
                self._diagnostic(_WireMessage.model_validate(message))
            elif message.get("reason") == "build-script-executed":
                self._script(_WireScript.model_validate(message))
        except ValidationError as error:
            raise BuildFailed(f"cargo wrote a message that cannot be read: {error}") from error

    def _artifact(self, artifact: _WireArtifact) -> None:
        if artifact.fresh and is_local(artifact.package_id):
            self.stale.append(f"{artifact.package_id} {artifact.target.name}")
        if artifact.executable is None:
            return
        target = self._wanted.get((artifact.package_id, artifact.target.name))
        if target and artifact.profile.test and artifact.target.kind == ["bench"]:
            self.artifacts.append(
                Artifact(target=target, executable=artifact.executable, manifest_path=artifact.manifest_path)
            )
        elif artifact.target.kind == ["bin"]:
            self.bins[artifact.target.name] = str(artifact.executable)

    def _script(self, script: _WireScript) -> None:
        self.library_paths += [path.split("=", 1)[-1] for path in script.linked_paths]
        folder = {"OUT_DIR": script.out_dir} if script.out_dir else {}
        self.scripts[script.package_id] = {**dict(script.env), **folder}

    def _diagnostic(self, wire: _WireMessage) -> None:
        if wire.message.level != "error" or not wire.message.rendered:
            return
        text = complaint.of_compiler(wire.message.rendered)
        self.rendered.append(text)
        self.first_error = self.first_error or text
        target = self._wanted.get((wire.package_id, wire.target.name))
        if target and wire.target.kind == ["bench"]:
            self.errors.setdefault(str(target), text)


def is_local(package_id: str) -> bool:
    """Whether a package's source is the repository's own (a path), in cargo's old or new way to write ids."""
    return package_id.startswith("path+") or "(path+" in package_id


def _messages(text: str) -> Iterator[dict[str, object]]:
    for line in text.split("\n"):  # JSON may hold the other signs that splitlines() splits at
        if line.startswith("{"):  # a build script's own output may stand between
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue
