"""Building both sides: baseline first, whose code is trusted more, then current on what they share."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from benchmark_ci.build import changes, discovery, lock, metadata, rules, toolchain, toolchain_file
from benchmark_ci.build.again import Recipe
from benchmark_ci.build.executable import Executable
from benchmark_ci.build.launcher import compile_launcher
from benchmark_ci.build.side import BuiltSide, SideBuilder
from benchmark_ci.build.toolchain import Toolchain
from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.model import (
    Config,
    Environment,
    HarnessMemory,
    Noun,
    Preparation,
    Settings,
    Side,
    TargetFailure,
)
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

Checkout = Callable[[Side, Path], tuple[str, ...]]
"""Puts a side's sources into a folder and returns cautions."""

ChildEnvironment = Callable[[Path, Path], dict[str, str]]
"""The environment of a side's processes, from its folder and the toolchain's bin folder."""


class Build(Noun):
    """Executables of both sides and the benchmarks in them."""

    executables: tuple[Executable, ...]
    preparation: Preparation
    harness_versions: Mapping[str, tuple[str, str]] = {}  # Criterion's on both sides, by package of both
    changed_data_files: tuple[str, ...] = ()  # files of the sources that differ, of whatever kind
    recipes: Mapping[Side, Recipe] = {}  # to make executables again (`build/again.py`)


def build(
    settings: Settings,
    site: Site,
    rustup_environment: Mapping[str, str],
    checkout: Checkout,
    child_environment: ChildEnvironment,
    voice: Voice,
    config: Config | None = None,
) -> Build:
    """Build the bench targets of both sides with one toolchain and list their benchmarks.

    Raises BadInput when there is no Cargo.toml where the inputs point, BuildFailed when a side's workspace
    cannot be read at all. Single broken targets are told in the preparation.
    """
    cautions: list[str] = []
    for side in Side:
        cautions += checkout(side, site.folder(side) / "src")
        site.hand_over(side)
    _check_manifest(site, settings.working_directory)
    chain = _toolchain(settings, site, rustup_environment, voice, cautions)
    launcher: Path | None = None
    if settings.memory:
        launcher, why = compile_launcher(chain.bin, rustup_environment, site.root)
        cautions += why
    builders = {
        side: SideBuilder(site, side, settings, chain, child_environment(site.here, chain.bin), voice)
        for side in Side
    }
    built = _build_sides(builders, settings, site, voice, cautions)
    site.built()
    found = _discover(built, settings, config, site, chain, launcher, voice, cautions)
    if not settings.prove:
        return found
    return found.model_copy(
        update={
            "harness_versions": _harness_versions(built),
            "changed_data_files": changes.changed_files(site),
            "recipes": {side: one.recipe for side, one in built.items() if one.recipe},
        }
    )


def _harness_versions(built: Mapping[Side, BuiltSide]) -> dict[str, tuple[str, str]]:
    baseline, current = (built[side].workspace.harnesses for side in Side)
    return {name: (baseline[name], current[name]) for name in baseline if name in current}


def _check_manifest(site: Site, directory: PurePosixPath) -> None:
    missing = [side for side in Side if not (site.folder(side) / "src" / directory / "Cargo.toml").is_file()]
    if missing:
        where = "at the root" if directory == PurePosixPath(".") else f"in `{directory}`"
        raise BadInput(
            f"There is no Cargo.toml {where} of {' and '.join(missing)}.",
            "Set the input `working_directory` to the folder of the Cargo workspace or package.",
        )


def _toolchain(
    settings: Settings, site: Site, rustup_environment: Mapping[str, str], voice: Voice, cautions: list[str]
) -> Toolchain:
    wanted = {
        side: toolchain_file.wanted(
            settings.toolchain, site.folder(side) / "src", Path(settings.working_directory)
        )
        for side in Side
    }
    baseline, current = (wanted[side] for side in Side)
    if baseline.channel != current.channel:
        cautions.append(
            f"The sides ask for different toolchains ({baseline.channel or 'none'} and "
            f"{current.channel or 'none'}); both were built with current's."
        )
    chain = toolchain.find(current.channel, current.origin, rustup_environment, voice)
    voice.say(f"Toolchain: {chain.version} (from {current.origin})")
    cautions += toolchain.add(chain, (baseline, current), rustup_environment, voice)
    return chain


def _build_sides(
    builders: Mapping[Side, SideBuilder], settings: Settings, site: Site, voice: Voice, cautions: list[str]
) -> dict[Side, BuiltSide]:
    sources = {side: site.folder(side) / "src" for side in Side}
    locks = {side: lock.find(sources[side], settings.working_directory) for side in Side}
    committed = {side for side in Side if locks[side]}
    if locks[Side.CURRENT] and not locks[Side.BASELINE]:
        _copy_lock(locks[Side.CURRENT], Side.CURRENT, Side.BASELINE, site)
    built: dict[Side, BuiltSide] = {}
    with voice.group("Build baseline"):
        builders[Side.BASELINE].set_up()
        workspace = builders[Side.BASELINE].look(locked=Side.BASELINE in committed)
        built[Side.BASELINE] = builders[Side.BASELINE].build(workspace, None)
    if not locks[Side.CURRENT]:
        resolved = lock.find(sources[Side.BASELINE], settings.working_directory)
        _copy_lock(resolved, Side.BASELINE, Side.CURRENT, site)
    with voice.group("Build current"):
        if site.walled:
            site.copy("cargo", Side.BASELINE, Side.CURRENT)
        site.copy("target", Side.BASELINE, Side.CURRENT)
        builders[Side.CURRENT].set_up()
        workspace = builders[Side.CURRENT].look(locked=Side.CURRENT in committed)
        built[Side.CURRENT] = builders[Side.CURRENT].build(
            workspace, built[Side.BASELINE].workspace.local_names
        )
    _check_named(settings, built)
    if advice := lock.advice(committed):
        cautions.append(advice)
    return built


def _check_named(settings: Settings, built: Mapping[Side, BuiltSide]) -> None:
    """A package or bench target that neither side has is a mistake, not an empty answer."""
    choice = {
        "packages": {name for one in built.values() for name in one.workspace.choice["packages"]},
        "benches": {name for one in built.values() for name in one.workspace.choice["benches"]},
    }
    problems = [
        BadInput(
            f"Input `{name}`: neither side has {wanted!r}.",
            f"There are: {', '.join(sorted(choice[name])) or 'none'}.",
        )
        for name in choice
        for wanted in getattr(settings, name)
        if not any(metadata.named(one, (wanted,)) for one in choice[name])
    ]
    if problems:
        raise BadInputs(problems)


def _copy_lock(found: PurePosixPath | None, source: Side, destination: Side, site: Site) -> None:
    if found and (site.folder(destination) / "src" / found).parent.is_dir():
        lock.copy(found, site.folder(source) / "src", site.folder(destination) / "src")
        site.hand_over(destination, f"src/{found}")


def _discover(
    built: Mapping[Side, BuiltSide],
    settings: Settings,
    config: Config | None,
    site: Site,
    chain: Toolchain,
    launcher: Path | None,
    voice: Voice,
    cautions: list[str],
) -> Build:
    failures: list[TargetFailure] = []
    listed: dict[Side, list[discovery.Listed]] = {side: [] for side in Side}
    usable: list[Executable] = []
    harness: list[HarnessMemory] = []
    for side, one in built.items():
        cautions += one.cautions
        failures += one.failures
        for exe in (found.model_copy(update={"launcher": launcher}) for found in one.executables):
            answer = discovery.list_benchmarks(exe, site)
            listed[side].append(answer)
            if answer.failure:
                failures.append(answer.failure)
            else:
                usable.append(exe.model_copy(update={"setup_seconds": answer.seconds}))
                if answer.peak_memory_bytes:
                    harness.append(
                        HarnessMemory(
                            target=exe.target, side=side, peak_memory_bytes=answer.peak_memory_bytes
                        )
                    )
    every = discovery.join(listed)
    benchmarks = tuple(one for one in every if discovery.selected(one.id, settings, config))
    cautions += rules.remarks(every, settings, config)
    targets = {str(bench.target): bench.target for one in built.values() for bench in one.workspace.benches}
    voice.say(f"Found {len(benchmarks)} benchmarks in {len(targets)} bench targets")
    for failure in failures:
        voice.say(f"{failure.target} on {failure.side}: {failure.reason.splitlines()[0]}")
    return Build(
        executables=tuple(usable),
        preparation=Preparation(
            environment=Environment(
                rustc=chain.version,
                cpu=_cpu(),
                cores=os.cpu_count() or 1,
                os=f"{platform.system()} {platform.release()} {platform.machine()}",
                walled=site.walled,
            ),
            benchmarks=benchmarks,
            targets=tuple(targets.values()),
            listed=len(every),
            target_failures=tuple(failures),
            harness_memory=tuple(harness),
            cautions=tuple(dict.fromkeys(cautions)),
        ),
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
