"""What both studies do with a pair of built sides: dependencies go on to the next pair, executables stay."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from benchmark_ci.build.build import Build
from benchmark_ci.build.side import forget
from benchmark_ci.model import Side
from benchmark_ci.wall.site import Site


def lend(dependencies: Path, target: Path, sources: Path) -> None:
    """Let `dependencies`, if there are any of an earlier pair, be the still empty `target` of a side."""
    if dependencies.is_dir():
        target.rmdir()
        dependencies.rename(target)
        forget(target, _own_packages(sources))


def pass_on(site: Site, dependencies: Path) -> None:
    """Leave both sides their target directories, to be linked anew; a copy of baseline's goes on."""
    half_copied = dependencies.with_name(f"{dependencies.name}.new")
    shutil.rmtree(half_copied, ignore_errors=True)
    shutil.copytree(site.folder(Side.BASELINE) / "target", half_copied, symlinks=True)
    shutil.rmtree(dependencies, ignore_errors=True)
    half_copied.rename(dependencies)


def strip(site: Site, built: Build, dependencies: Path) -> None:
    """Take both sides' target directories away, executables excepted; baseline's become `dependencies`."""
    for side in Side:
        folder = site.folder(side)
        old = folder / "built"
        (folder / "target").rename(old)
        for exe in built.executables:
            if exe.side is side:
                _keep(exe.path.relative_to(site.here), folder, old)
        if side is Side.BASELINE and (old / "release" / ".fingerprint").is_dir():
            shutil.rmtree(dependencies, ignore_errors=True)
            dependencies.parent.mkdir(parents=True, exist_ok=True)
            old.rename(dependencies)
        else:
            shutil.rmtree(old)


def _keep(path: Path, folder: Path, old: Path) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    for end in ("", ".map"):  # the linker's map, which the proof reads
        inside = path.with_name(path.name + end)
        built = old / inside.relative_to("target")
        if built.exists():
            built.rename(folder / inside)


def _own_packages(sources: Path) -> set[str]:
    """Packages of the repository, of whose earlier builds nothing may be reused."""
    manifests = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sources.rglob("Cargo.toml")]
    return {one["package"]["name"] for one in manifests if "package" in one}
