"""Builds `crate/` and its variants as both sides of a `Site`: at one path, dependencies once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmark_ci.build import linking
from benchmark_ci.build.again import Recipe
from benchmark_ci.build.build import Build
from benchmark_ci.build.executable import Executable, listing
from benchmark_ci.build.unoptimised import unoptimised
from benchmark_ci.model import BenchmarkId, Discovered, Side, Target
from benchmark_ci.wall.site import Site
from tests.engine import Heard, machine_toolchain, preparation
from tests.prove.variants import Edit

CRATE = Path(__file__).parent / "crate"


class Workshop:
    """One site; baseline is built once, current anew for each variant."""

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str] | None = None,
        edits: Iterable[Edit] = (),
        arguments: Sequence[str] = (),
    ) -> None:
        """`arguments` are cargo's."""
        (root / "site").mkdir()
        self._arguments = ("bench", "--no-run", *arguments)
        self.site = Site(root / "site", None)
        self._env = {**os.environ, **(env or {})}
        self.baseline = self._build(Side.BASELINE, edits)

    def variant(self, edits: Iterable[Edit]) -> dict[str, Executable]:
        """Current's executables by target, built from the crate with these edits."""
        self.site.copy("target", Side.BASELINE, Side.CURRENT)
        return self._build(Side.CURRENT, edits)

    def _build(self, side: Side, edits: Iterable[Edit]) -> dict[str, Executable]:
        crate = self.site.folder(side) / "src"
        shutil.rmtree(crate)
        shutil.copytree(CRATE, crate)
        for edit in edits:
            edit.apply(crate)
        for file in crate.rglob("*.rs"):
            file.touch()
        if side is Side.CURRENT:
            shutil.copy2(self.site.folder(Side.BASELINE) / "src" / "Cargo.lock", crate)
        with self.site.at(side) as here:
            return self._cargo(side, here)

    def _cargo(self, side: Side, here: Path) -> dict[str, Executable]:
        env = {
            **self._env,
            "CARGO_TARGET_DIR": str(here / "target"),
            **linking.environment(self.site, self._env, here / "src"),
        }
        done = subprocess.run(
            ("cargo", *self._arguments, "--message-format=json-render-diagnostics"),
            cwd=here / "src",
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return {
            message["target"]["name"]: Executable(
                side=side,
                target=Target(package="proof-crate", name=message["target"]["name"]),
                path=Path(message["executable"]),
                directory=here / "src",
                env={"PATH": os.environ["PATH"]},
                fractional_seconds=True,
            )
            for message in messages
            if message.get("reason") == "compiler-artifact" and message["target"]["kind"] == ["bench"]
        }

    def unoptimised(self, target: Target, limit_seconds: float) -> tuple[Executable, ...] | str:
        """Both sides' executables of a target that stands as it was built, made again as the product does."""
        here = self.site.here
        recipe = Recipe(
            toolchain=machine_toolchain(),
            env=self._env,
            directory=here / "src",
            target=here / "target",
            arguments=self._arguments,
        )
        exe = self.baseline[target.name]
        built = Build(
            executables=tuple(exe.model_copy(update={"side": side}) for side in Side),
            preparation=preparation(()),
            recipes=dict.fromkeys(Side, recipe),
        )
        return unoptimised(built, self.site, Heard(), target, limit_seconds)

    def benchmarks(self, exe: Executable) -> tuple[Discovered, ...]:
        """What discovery would find on both sides."""
        with self.site.at(exe.side):
            answer = exe.run("--list", identity=None, limit_seconds=60)
        return tuple(
            Discovered(
                id=BenchmarkId(package="proof-crate", target=exe.target.name, full_id=title),
                sides=tuple(Side),
            )
            for title in listing(answer.stdout).titles
        )
