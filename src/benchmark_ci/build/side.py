"""Building one side: set-up, metadata, cargo, and what came out of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.build import cargo as cargo_program
from benchmark_ci.build import complaint, configuration, executable, linking, metadata
from benchmark_ci.build.again import Recipe
from benchmark_ci.build.cargo import Cargo, Outcome
from benchmark_ci.build.downloaded import downloaded
from benchmark_ci.build.executable import Executable
from benchmark_ci.build.metadata import BenchTarget, Workspace
from benchmark_ci.build.remedy import remedy
from benchmark_ci.build.toolchain import Toolchain
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Harness, Noun, Settings, Side, TargetFailure
from benchmark_ci.voice import Voice
from benchmark_ci.wall import process
from benchmark_ci.wall.site import Site

SETUP_LIMIT_SECONDS = 1800.0


class BuiltSide(Noun):
    """What one side gives: executables to ask and to time, and targets that give none."""

    side: Side
    workspace: Workspace
    executables: tuple[Executable, ...]
    failures: tuple[TargetFailure, ...]
    recipe: Recipe | None = None  # None: nothing was built
    cautions: tuple[str, ...] = ()


class SideBuilder:
    """Builds one side; the side's folder stands at the common path while a method runs."""

    def __init__(
        self,
        site: Site,
        side: Side,
        settings: Settings,
        toolchain: Toolchain,
        env: Mapping[str, str],
        voice: Voice,
    ) -> None:
        """`env` is the whole environment of the side's processes."""
        self._site = site
        self._side = side
        self._settings = settings
        self._toolchain = toolchain
        self._env = env
        self._voice = voice
        self._clone = site.here / "src"
        self._directory = self._clone / settings.working_directory
        self._target = site.here / "target"
        self._cautions: list[str] = []
        self._locked = False

    def set_up(self) -> None:
        """Run the user's set-up command in the side's clone."""
        if not self._settings.setup:
            return
        with self._site.at(self._side):
            finished = process.run(
                ("/bin/bash", "-euo", "pipefail", "-c", self._settings.setup),
                cwd=self._directory,
                env=self._env,
                identity=self._site.identity(self._side),
                timeout_seconds=SETUP_LIMIT_SECONDS,
                on_line=self._voice.child_line,
            )
        if not finished.ok:
            raise BuildFailed(
                f"The set-up command failed on {self._side}: {finished.last_lines(3)}",
                "Input `setup` runs in each side's clone, as an unprivileged user, before its build.",
            )

    def look(self, locked: bool) -> Workspace:
        """The workspace and its bench targets; cargo resolves and downloads dependencies here."""
        with self._site.at(self._side):
            self._leave_out_wrapper()
            finished = self._metadata(locked)
            if locked and not finished.ok and "--locked" in finished.stderr:
                self._cautions.append(
                    f"Cargo.lock of {self._side} is not up to date with its manifests; cargo updated it."
                )
                locked = False
                finished = self._metadata(locked)
            self._locked = locked
            if not finished.ok:
                why = complaint.of_cargo(finished.stderr)
                helps = "Check `cargo metadata` in this directory; `working_directory` says which one it is."
                raise BuildFailed(
                    f"cargo cannot read the workspace of {self._side}: {why}", remedy(why) or helps
                )
            return metadata.read(finished.stdout, self._clone, self._directory, self._settings)

    def _leave_out_wrapper(self) -> None:
        """A cache of compilations changes no code, and the image need not have it."""
        wrapper = configuration.missing_wrapper(self._site.here, self._env, self._directory)
        if wrapper:
            self._env = {**self._env, "RUSTC_WRAPPER": ""}
            self._cautions.append(
                f"`{wrapper}`, the `rustc-wrapper` of the repository's cargo configuration, is not here; "
                "what asks for it was built without."
            )

    def _metadata(self, locked: bool) -> process.Finished:
        flags = ("--locked",) if locked else ()
        return self._cargo().run(
            "metadata",
            "--format-version=1",
            *flags,
            *cargo_program.feature_flags(self._settings),
            voice=self._voice,
        )

    def build(self, workspace: Workspace, foreign_names: tuple[str, ...] | None) -> BuiltSide:
        """Build all bench targets and ask the executables who they are.

        `foreign_names`: where the target directory is a copy of the other side's, the packages that are the
        repository's own there. Nothing of them or of ours may be reused; cargo's messages prove it.
        """
        with self._site.at(self._side):
            wanted = tuple(bench for bench in workspace.benches if not bench.missing_features)
            outcome = self._compile(workspace, wanted, foreign_names) if wanted else None
            executables: list[Executable] = []
            failures = [
                self._without_features(bench) for bench in workspace.benches if bench.missing_features
            ]
            for bench in wanted:
                assert outcome is not None  # noqa: S101 - `wanted` is not empty here
                answer = self._ask(bench, outcome)
                if isinstance(answer, Executable):
                    executables.append(answer)
                else:
                    failures.append(answer)
        return BuiltSide(
            side=self._side,
            workspace=workspace,
            executables=tuple(executables),
            failures=tuple(failures),
            recipe=self._recipe(wanted) if wanted else None,
            cautions=tuple(self._cautions),
        )

    def _recipe(self, wanted: tuple[BenchTarget, ...]) -> Recipe:
        return Recipe(
            toolchain=self._toolchain,
            env=self._env,
            directory=self._directory,
            target=self._target,
            arguments=cargo_program.bench_arguments(self._settings, wanted, self._locked),
        )

    def _cargo(self) -> Cargo:
        prove = self._settings.prove
        more = linking.environment(self._site, self._env, self._directory) if prove else {}
        return Cargo(
            self._toolchain,
            {**self._env, **more},
            self._site.identity(self._side),
            self._directory,
            self._target,
        )

    def _compile(
        self, workspace: Workspace, wanted: tuple[BenchTarget, ...], foreign_names: tuple[str, ...] | None
    ) -> Outcome:
        if foreign_names is not None:
            forget(self._target, {*foreign_names, *workspace.local_names})
        outcome = cargo_program.build(self._cargo(), self._settings, wanted, self._locked, self._voice)
        if foreign_names is not None and outcome.stale:
            self._voice.say(f"Cargo reused {outcome.stale[0]} of the other side: building from nothing")
            empty(self._target)
            outcome = cargo_program.build(self._cargo(), self._settings, wanted, self._locked, self._voice)
            if outcome.stale:
                raise BuildFailed(
                    f"Cargo reused {outcome.stale[0]} though {self._side} was built from nothing: "
                    "it may be the other side's.",
                    "Look in the repository's cargo configuration for folders that cargo writes to.",
                )
        return outcome

    def _ask(self, bench: BenchTarget, outcome: Outcome) -> Executable | TargetFailure:
        built = next((one for one in outcome.artifacts if one.target == bench.target), None)
        if built is None:
            reason = outcome.errors.get(str(bench.target)) or outcome.first_error
            helps = remedy(reason) or self._how_to_build(bench)
            return self._failure(bench, "build", reason or "cargo built no executable for it", helps)
        directory = bench.manifest_path.parent
        env = self._run_environment(bench, outcome, built.executable.parent)
        answer = executable.harness_of(
            built.executable, self._site.here, directory, env, self._site.identity(self._side)
        )
        if answer.harness is Harness.CRITERION:
            return Executable(
                side=self._side,
                target=bench.target,
                path=built.executable,
                directory=directory,
                env=env,
                fractional_seconds=answer.fractional_seconds,
            )
        if answer.refusal:
            helps = f"Try `cargo bench -p {bench.target.package} --bench {bench.target.name} -- --help`."
            return self._failure(bench, "list", f"It does not start: {answer.refusal}", helps)
        return self._not_criterion(bench, answer.harness)

    def _how_to_build(self, bench: BenchTarget) -> str:
        return f"Try `cargo bench --no-run -p {bench.target.package} --bench {bench.target.name}`."

    def _not_criterion(self, bench: BenchTarget, harness: Harness) -> TargetFailure:
        if harness is Harness.LIBTEST and bench.calls_criterion(self._clone):
            return self._failure(
                bench,
                "no-harness-false",
                "It is a Criterion file, but cargo built libtest's harness around it, which runs nothing.",
                f'Add `harness = false` to `[[bench]] name = "{bench.target.name}"` in Cargo.toml.',
            )
        what = "libtest's" if harness is Harness.LIBTEST else "a harness of its own"
        return self._failure(bench, "not-criterion", f"It is not a Criterion benchmark: it has {what}.", "")

    def _without_features(self, bench: BenchTarget) -> TargetFailure:
        names = ", ".join(bench.missing_features)
        return self._failure(
            bench,
            "features",
            f"It requires features that are not enabled: {names}.",
            f"Set `features: {names}`.",
        )

    def _failure(self, bench: BenchTarget, kind: str, reason: str, remedy: str) -> TargetFailure:
        return TargetFailure.model_validate(
            {"target": bench.target, "side": self._side, "kind": kind, "reason": reason, "remedy": remedy}
        )

    def _run_environment(self, bench: BenchTarget, outcome: Outcome, folder: Path) -> dict[str, str]:
        """What cargo would give a bench that it runs from `folder`, `release/deps` or that of a target's
        name: its own variables, and those that are configured.
        """
        libraries = [
            *outcome.library_paths,
            str(folder.parent),
            str(folder),
            *self._toolchain.libraries,
        ]
        of_cargo = {
            **outcome.scripts.get(bench.package_id, {}),
            **{f"CARGO_BIN_EXE_{name}": path for name, path in outcome.bins.items()},
            "CARGO_MANIFEST_DIR": str(bench.manifest_path.parent),
            "CARGO_MANIFEST_PATH": str(bench.manifest_path),
            "CARGO_PKG_NAME": bench.target.package,
            "CARGO_PKG_VERSION": bench.package_version,
            "LD_LIBRARY_PATH": ":".join(libraries),
        }
        configured = configuration.variables(self._site.here, self._env, self._directory)
        return configuration.settable({**self._env, **configured, **of_cargo})


def forget(target: Path, names: set[str]) -> None:
    """Make cargo build these packages anew: their fingerprints go (`<name>-<16 hex digits>`).

    Those of their namesakes from a registry stay: Criterion itself needs itertools, itoa and ryu.
    """
    _check_own(target)
    for fingerprints in (*target.glob("*/.fingerprint"), *target.glob("*/*/.fingerprint")):
        if fingerprints.resolve() != target.resolve() / fingerprints.relative_to(target):
            continue  # by way of a link: not ours to delete in
        for entry in os.scandir(fingerprints):
            if entry.name.rpartition("-")[0] not in names or not entry.is_dir(follow_symlinks=False):
                continue
            if not downloaded(fingerprints.parent, entry.name):
                shutil.rmtree(entry.path)


def empty(folder: Path) -> None:
    """Remove what is in a folder, keeping the folder and its owner."""
    _check_own(folder)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink()


def _check_own(folder: Path) -> None:
    """A side's user could have put a link in the folder's place, and we may be root."""
    if folder.is_symlink():
        raise BuildFailed(f"The build replaced its target directory `{folder.name}` by a link.")
