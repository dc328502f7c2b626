"""What cargo says while it builds: its messages, old and new, and what a stranger puts between them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.build.cargo import Cargo, Outcome, bench_arguments, build, feature_flags, is_local
from benchmark_ci.build.metadata import BenchTarget, Workspace
from benchmark_ci.build.side import SideBuilder
from benchmark_ci.build.toolchain import Toolchain
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Settings, Side, Target
from benchmark_ci.wall.site import Site
from tests.engine import Heard, build_both, crate, manifest, vendored

NEW_ID = "path+file:///site/side/src#small@0.1.0"
OLD_ID = "small 0.1.0 (path+file:///site/side/src)"


def target(name: str = "bench", package: str = "small", package_id: str = NEW_ID) -> BenchTarget:
    return BenchTarget(
        target=Target(package=package, name=name),
        package_id=package_id,
        package_version="0.1.0",
        manifest_path=Path("/site/side/src/Cargo.toml"),
        src_path=Path(f"/site/side/src/benches/{name}.rs"),
        missing_features=(),
    )


def artifact(package_id: str = NEW_ID, **more: Any) -> dict[str, Any]:
    return {
        "reason": "compiler-artifact",
        "package_id": package_id,
        "manifest_path": "/site/side/src/Cargo.toml",
        "target": {"kind": ["bench"], "name": "bench", "src_path": "x", "edition": "2021"},
        "profile": {"opt_level": "3", "test": True},
        "executable": "/site/side/target/release/deps/bench-1",
        "fresh": False,
    } | more


def error(text: str, package_id: str = NEW_ID, kind: str = "bench", name: str = "bench") -> dict[str, Any]:
    return {
        "reason": "compiler-message",
        "package_id": package_id,
        "target": {"kind": [kind], "name": name},
        "message": {"level": "error", "rendered": text},
    }


def outcome_of(
    folder: Path, *lines: object, benches: tuple[BenchTarget, ...] = (target(),), stderr: str = ""
) -> Outcome:
    """What a cargo that prints these lines leaves."""
    cargo = Cargo(saying(folder, *lines, stderr=stderr), {}, None, folder, folder / "target")
    return build(cargo, Settings(), benches, False, Heard())


def saying(folder: Path, *lines: object, stderr: str = "") -> Toolchain:
    """A toolchain whose cargo prints these lines."""
    (folder / "messages").write_text(
        "".join(
            f"{line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}\n" for line in lines
        )
    )
    (folder / "stderr").write_text(stderr)
    program = folder / "cargo"
    program.write_text(f"#!/bin/sh\n/bin/cat {folder}/messages\n/bin/cat {folder}/stderr >&2\nexit 101\n")
    program.chmod(0o755)
    return Toolchain(bin=folder, name="", version="")


@pytest.mark.parametrize("package_id", [NEW_ID, OLD_ID])
def test_an_executable_is_found_by_package_and_name(tmp_path: Path, package_id: str) -> None:
    found = outcome_of(tmp_path, artifact(package_id), benches=(target(package_id=package_id),))
    assert [one.executable for one in found.artifacts] == [Path("/site/side/target/release/deps/bench-1")]
    assert found.stale == ()
    assert is_local(package_id)


def test_registries_and_git_are_not_local() -> None:
    assert not is_local("registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0")
    assert not is_local("serde 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)")
    assert not is_local("git+https://example.com/x?branch=main#0123@0.1.0")


@pytest.mark.parametrize("package_id", [NEW_ID, OLD_ID])
def test_something_local_that_was_not_built_anew_is_told(tmp_path: Path, package_id: str) -> None:
    library = {"kind": ["lib"], "name": "small"}
    found = outcome_of(
        tmp_path,
        artifact(package_id, fresh=True, executable=None, target=library),
        artifact("registry+https://x#serde@1.0.0", fresh=True, executable=None, target=library),
        artifact(package_id),
        benches=(target(package_id=package_id),),
    )
    assert len(found.stale) == 1
    assert "small" in found.stale[0]


def test_what_is_stale_even_when_all_is_built_from_nothing_is_refused(tmp_path: Path) -> None:
    """A cargo that keeps what it builds where both sides find it."""
    (tmp_path / "site").mkdir()
    (tmp_path / "bin").mkdir()
    site = Site(tmp_path / "site", None)
    chain = saying(tmp_path / "bin", artifact(fresh=True))
    workspace = Workspace(
        root=site.here / "src",
        benches=(target(),),
        packages=("small",),
        choice={"packages": ("small",), "benches": ("bench",)},
        local_names=("small",),
    )
    builder = SideBuilder(site, Side.CURRENT, Settings(prove=False), chain, {}, Heard())
    with pytest.raises(BuildFailed, match="though current was built from nothing"):
        builder.build(workspace, ("small",))


def test_plain_programs_are_for_the_environment_and_not_benches(tmp_path: Path) -> None:
    found = outcome_of(
        tmp_path,
        artifact(target={"kind": ["bin"], "name": "tool"}, profile={"test": False}, executable="/t/tool"),
        artifact(target={"kind": ["bin"], "name": "tool"}, profile={"test": False}, executable="/t/tool"),
        artifact(),
    )
    assert found.bins == {"tool": "/t/tool"}
    assert len(found.artifacts) == 1


def test_the_first_error_of_a_target_counts_and_signs_that_break_lines_break_nothing(tmp_path: Path) -> None:
    found = outcome_of(
        tmp_path, error("error[E0425]: first \u2028 \x85 line\n --> x"), error("error: second")
    )
    assert found.errors["small/bench"].startswith("error[E0425]: first ")
    assert "--> x" in found.errors["small/bench"]
    assert found.first_error == found.errors["small/bench"]


def test_an_error_of_a_dependency_is_the_reason_where_the_target_has_none(tmp_path: Path) -> None:
    found = outcome_of(tmp_path, error("error: in the library", kind="lib", name="small"))
    assert found.errors == {}
    assert found.first_error == "error: in the library"


def test_cargos_own_error_is_the_reason_where_no_compiler_spoke(tmp_path: Path) -> None:
    found = outcome_of(tmp_path, stderr="   Compiling x\nerror: no matching package named `y` found\nmore\n")
    assert found.first_error == "error: no matching package named `y` found\nmore"


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    warning = error("warning: unused")
    warning["message"]["level"] = "warning"
    assert outcome_of(tmp_path, warning, artifact()).first_error in ("", "\n")


def test_what_strangers_print_between_messages_is_left_out(tmp_path: Path) -> None:
    noise = (
        "plain words",
        '{"reason": "compiler-artifact"',
        '{"a":' * 50_000,
        '{"reason": "else"}',
        "{}",
        "[1]",
    )
    assert len(outcome_of(tmp_path, *noise, artifact(), *noise).artifacts) == 1


def test_a_message_of_another_shape_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="cannot be read"):
        outcome_of(tmp_path, {"reason": "compiler-artifact", "package_id": 5})


def test_library_paths_and_variables_of_build_scripts(tmp_path: Path) -> None:
    script = {
        "reason": "build-script-executed",
        "package_id": "small",
        "linked_paths": ["native=/a", "/b", "native=/a"],
        "env": [["ONE", "1"], ["TWO", "2"]],
        "out_dir": "/out",
    }
    old = {"reason": "build-script-executed", "package_id": "old", "linked_paths": []}
    found = outcome_of(tmp_path, script, script, old, artifact())
    assert found.library_paths == ("/a", "/b")
    assert found.scripts == {"small": {"ONE": "1", "TWO": "2", "OUT_DIR": "/out"}, "old": {}}


def test_the_arguments_of_a_build() -> None:
    settings = Settings(features=("a", "small/b"), no_default_features=True, all_features=True)
    benches = (target("one"), target("two"), target("one", "other", "path+file:///site/side/src/other#0.1.0"))
    found = bench_arguments(settings, benches, locked=True)
    assert found[0] == "bench"
    assert {"--no-run", "--message-format=json", "--locked"} <= set(found)
    assert set(feature_flags(settings)) <= set(found)
    assert feature_flags(settings) == ("--features=a,small/b", "--all-features", "--no-default-features")
    assert [one for one in found if one.startswith("--bench=")] == ["--bench=one", "--bench=two"]
    assert len([one for one in found if one.startswith("--package=")]) == 2
    assert "--locked" not in bench_arguments(settings, benches, locked=False)
    assert feature_flags(Settings()) == ()


# --- with real cargo


@pytest.mark.cargo
def test_a_broken_target_is_told_with_its_first_error_and_the_others_go_on(tmp_path: Path) -> None:
    toml = manifest("small", benches=("bench", "broken", "third"))
    sources = crate(**{"Cargo.toml": toml, "benches/broken.rs": "fn main() { small::missing(); }"})
    sources["benches/third.rs"] = sources["benches/bench.rs"]
    built, _, _ = build_both(tmp_path, sources, sources)
    assert {exe.target.name for exe in built.executables} == {"bench", "third"}
    failures = built.preparation.target_failures
    assert {(one.target.name, one.side, one.kind) for one in failures} == {
        ("broken", side, "build") for side in Side
    }
    for one in failures:
        assert one.reason.startswith("error[E0425]: cannot find function `missing`")
        assert "benches/broken.rs" in one.reason


@pytest.mark.cargo
def test_a_target_that_breaks_on_one_side_is_told_for_that_side(tmp_path: Path) -> None:
    toml = manifest("small", benches=("bench", "other"))
    fine = crate(**{"Cargo.toml": toml})
    fine["benches/other.rs"] = fine["benches/bench.rs"]
    broken = fine | {"benches/other.rs": "fn main() { nothing }"}
    built, _, _ = build_both(tmp_path, fine, broken)
    (failure,) = built.preparation.target_failures
    assert (failure.target.name, failure.side) == ("other", Side.CURRENT)
    sides = {one.id.target: one.sides for one in built.preparation.benchmarks}
    assert sides == {"bench": tuple(Side), "other": (Side.BASELINE,)}


@pytest.mark.cargo
def test_a_library_that_breaks_takes_its_targets_along_and_says_why(tmp_path: Path) -> None:
    built, _, _ = build_both(tmp_path, crate(), crate("missing"))
    (failure,) = built.preparation.target_failures
    assert failure.side is Side.CURRENT
    assert "E0425" in failure.reason


@pytest.mark.cargo
def test_a_package_of_the_same_name_as_a_dependency_is_built(tmp_path: Path) -> None:
    """As itertools, which Criterion itself depends on: `-p itertools` would be ambiguous."""
    toml = manifest("outer", '[dev-dependencies]\ninner = "1"\n', version="1.0.0")
    sources = {
        "Cargo.toml": toml,
        "src/lib.rs": "pub const VALUE: u32 = 1;",
        "benches/bench.rs": crate()["benches/bench.rs"].replace(
            "small::value()", "outer::VALUE + inner::VALUE"
        ),
    }
    sources |= vendored("inner", "1.0.0", "pub use outer::VALUE;", 'outer = "1"')
    sources |= vendored("outer", "1.0.0", "pub const VALUE: u32 = 40;")
    built, _, _ = build_both(tmp_path, sources, sources)
    assert built.preparation.target_failures == ()
    assert [one.id.full_id for one in built.preparation.benchmarks] == ["value/41"]
