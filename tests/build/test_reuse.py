"""Current's build starts from baseline's target directory; it must never hand back what baseline built.

Every case would be a silent A/A if cargo were trusted: the sources' times of change are all the same.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmark_ci.build.side import empty, forget
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Side
from tests.engine import bench_main, build_both, crate, ids_of, manifest, vendored, write_files

pytestmark = pytest.mark.cargo

Sources = dict[str, str]
PATH_DEPENDENCY = '[dependencies]\ninner = { path = "inner" }\n'


def with_inner(value: int) -> Sources:
    return crate(
        "inner::VALUE",
        PATH_DEPENDENCY,
        **{
            "inner/Cargo.toml": manifest("inner", benches=()),
            "inner/src/lib.rs": f"pub const VALUE: u32 = {value};",
        },
    )


def with_build_script(value: int, script: str = "build.rs", rerun: str = "build.rs") -> Sources:
    written = 'std::fs::write(std::env::var("OUT_DIR").unwrap() + "/value.rs", VALUE).unwrap();'
    return crate(
        'include!(concat!(env!("OUT_DIR"), "/value.rs"))',
        **{
            "build.rs": (
                f'fn main() {{ println!("cargo:rerun-if-changed={rerun}");'
                + written.replace(
                    "VALUE", f'"{value}"' if script == "build.rs" else 'std::fs::read("data").unwrap()'
                )
                + "}"
            ),
            "data": str(value),
        },
    )


def with_macro(value: int) -> Sources:
    toml = manifest("macros", "", ()).replace("[lib]\n", "[lib]\nproc-macro = true\n")
    source = (
        "use proc_macro::TokenStream;\n#[proc_macro]\n"
        f'pub fn value(_: TokenStream) -> TokenStream {{ "{value}".parse().unwrap() }}'
    )
    more = '[dependencies]\nmacros = { path = "macros" }\n'
    return crate("macros::value!()", more, **{"macros/Cargo.toml": toml, "macros/src/lib.rs": source})


def with_vendored(value: int) -> Sources:
    """A dependency from crates.io whose vendored copy was changed without another version number."""
    dependency = vendored("outer", "1.0.0", f"pub const VALUE: u32 = {value};")
    return crate("outer::VALUE", '[dependencies]\nouter = "1"\n') | dependency


def with_patch(value: int) -> Sources:
    """A package of crates.io that the manifest puts a folder of the repository in the place of."""
    there = vendored("outer", "1.0.0", "pub const VALUE: u32 = 0;")
    more = '[dependencies]\nouter = "1"\n[patch.crates-io]\nouter = { path = "patched" }\n'
    patched = {
        "patched/Cargo.toml": manifest("outer", benches=(), version="1.0.1"),
        "patched/src/lib.rs": f"pub const VALUE: u32 = {value};",
    }
    return crate("outer::VALUE", more) | there | patched


def with_target_triple(value: int) -> Sources:
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = host.partition("host: ")[2].split()[0]
    return crate(str(value), **{".cargo/config.toml": f'[build]\ntarget = "{triple}"\n'})


def with_build_folder(value: int, folder: Path) -> Sources:
    return crate(str(value), **{".cargo/config.toml": f'[build]\nbuild-dir = "{folder}"\n'})


def merged_configuration(sources: Sources, other: Sources) -> Sources:
    name = ".cargo/config.toml"
    return sources | {name: sources[name] + other[name]}


CASES = {
    "library source": (crate("1"), crate("2")),
    "bench source": (crate(), crate(**{"benches/bench.rs": bench_main("2")})),
    "path dependency": (with_inner(1), with_inner(2)),
    "build script": (with_build_script(1), with_build_script(2)),
    "data that a build script hides": (with_build_script(1, "data"), with_build_script(2, "data")),
    "included text": (
        crate('include_str!("value").trim()', **{"src/value": "1"}),
        crate('include_str!("value").trim()', **{"src/value": "2"}),
    ),
    "procedural macro": (with_macro(1), with_macro(2)),
    "vendored dependency": (with_vendored(1), with_vendored(2)),
    "[patch]": (with_patch(1), with_patch(2)),
    "flags in cargo's configuration": (
        crate("if cfg!(two) { 2 } else { 1 }"),
        crate(
            "if cfg!(two) { 2 } else { 1 }",
            **{".cargo/config.toml": '[build]\nrustflags = ["--cfg", "two"]\n'},
        ),
    ),
    "a profile": (
        crate("if cfg!(debug_assertions) { 2 } else { 1 }"),
        crate("if cfg!(debug_assertions) { 2 } else { 1 }", "[profile.bench]\ndebug-assertions = true\n"),
    ),
    "default features": (
        crate('if cfg!(feature = "two") { 2 } else { 1 }', "[features]\ntwo = []\n"),
        crate('if cfg!(feature = "two") { 2 } else { 1 }', '[features]\ndefault = ["two"]\ntwo = []\n'),
    ),
    "another package of the same library": (
        crate("1"),
        crate("2") | {"Cargo.toml": manifest("other").replace("[lib]\n", '[lib]\nname = "small"\n')},
    ),
}


@pytest.mark.parametrize("case", [*CASES, "target triple", "vendored for a triple", "a folder for builds"])
def test_each_sides_executable_does_what_its_sources_say(tmp_path: Path, case: str) -> None:
    made = CASES.get(case) or (with_target_triple(1), with_target_triple(2))
    if case == "a folder for builds":
        made = (with_build_folder(1, tmp_path / "shared"), with_build_folder(2, tmp_path / "shared"))
    if case == "vendored for a triple":
        first, second = (merged_configuration(with_vendored(v), with_target_triple(v)) for v in (1, 2))
        made = (first, second)
    for name, (first, second) in {"there": made, "back": made[::-1]}.items():
        built, site, voice = build_both(tmp_path / name, first, second)
        assert built.preparation.target_failures == (), voice.child_lines
        found = [ids_of(built, side) for side in Side]
        assert found == ([["value/1"], ["value/2"]] if name == "there" else [["value/2"], ["value/1"]])
        site.remove()


@pytest.mark.parametrize("locked", [False, True])
def test_another_commit_of_a_git_dependency_is_built(tmp_path: Path, locked: bool) -> None:
    """Its name, version and branch stay; only manifest or lock file name another commit."""
    commits = git_dependency(tmp_path / "outer")
    sides = []
    for number, sha in enumerate(commits):
        wanted = 'branch = "main"' if locked else f'rev = "{sha}"'
        dependency = f'[dependencies]\nouter = {{ git = "file://{tmp_path}/outer", {wanted} }}\n'
        sources = crate("outer::VALUE", dependency)
        if locked:
            run_git(tmp_path / "outer", "branch", "--force", "main", sha)
            folder = write_files(tmp_path / f"lock-{number}", sources)
            subprocess.run(("cargo", "generate-lockfile", "--quiet"), cwd=folder, check=True)
            sources |= {"Cargo.lock": (folder / "Cargo.lock").read_text(encoding="utf-8")}
        sides.append(sources)
    for name, (first, second) in {"there": sides, "back": sides[::-1]}.items():
        built, _, voice = build_both(tmp_path / name, first, second)
        assert built.preparation.target_failures == (), voice.child_lines
        found = [ids_of(built, side) for side in Side]
        assert found == ([["value/1"], ["value/2"]] if name == "there" else [["value/2"], ["value/1"]])


def git_dependency(folder: Path) -> list[str]:
    """A repository with two commits of one version of a package; answers with both."""
    commits = []
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--initial-branch=work")
    for value in (1, 2):
        package = {
            "Cargo.toml": manifest("outer", benches=()),
            "src/lib.rs": f"pub const VALUE: u32 = {value};",
        }
        write_files(folder, package, modified=1_700_000_000 + value)  # git looks at times, cargo must not
        run_git(folder, "add", "--all")
        run_git(folder, "-c", "user.name=n", "-c", "user.email=e@e.e", "commit", "--quiet", "-m", f"{value}")
        commits.append(run_git(folder, "rev-parse", "HEAD").strip())
    return commits


def run_git(folder: Path, *arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=folder, check=True, capture_output=True, text=True).stdout


def test_untouched_sources_give_the_same_benchmarks_and_the_same_bytes(tmp_path: Path) -> None:
    built, site, _ = build_both(tmp_path, crate(), crate())
    assert [one.sides for one in built.preparation.benchmarks] == [tuple(Side)]
    content = []
    for exe in built.executables:
        with site.at(exe.side):
            content.append(exe.path.read_bytes())
    assert content[0] == content[1]
    assert built.executables[0].path == built.executables[1].path


def test_dependencies_from_elsewhere_are_compiled_once(tmp_path: Path) -> None:
    """What is the point of sharing: nothing of a registry is built again."""
    sources = {
        value: crate(f"outer::VALUE + {value}", '[dependencies]\nouter = "1"\n')
        | {
            ".cargo/config.toml": '[source.crates-io]\nreplace-with = "there"\n'
            f'[source.there]\ndirectory = "{tmp_path}/vendor"\n'
        }
        for value in (1, 2)
    }
    for name, text in vendored("outer", "1.0.0", "pub const VALUE: u32 = 0;").items():
        if name.startswith("vendor/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
    built, _, voice = build_both(tmp_path / "both", sources[1], sources[2])
    assert [ids_of(built, side) for side in Side] == [["value/1"], ["value/2"]]
    compiled = [line.strip() for line in voice.child_lines if "Compiling" in line]
    assert sum("outer" in line for line in compiled) == 1
    assert sum("small" in line for line in compiled) == 2


def test_forgetting_takes_only_what_is_named(tmp_path: Path) -> None:
    hexes = "0123456789abcdef"
    for profile in ("release", "x86_64-unknown-linux-gnu/release"):
        for name in ("small", "small-macros", "smaller", "serde"):
            (tmp_path / profile / ".fingerprint" / f"{name}-{hexes}").mkdir(parents=True)
    forget(tmp_path, {"small"})
    for profile in ("release", "x86_64-unknown-linux-gnu/release"):
        left = (tmp_path / profile / ".fingerprint").iterdir()
        assert {one.name.removesuffix(f"-{hexes}") for one in left} == {"small-macros", "smaller", "serde"}


def test_forgetting_leaves_namesakes_that_were_downloaded(tmp_path: Path) -> None:
    """What rustc notes of a unit: paths of the repository are relative, a registry's are not."""
    release = tmp_path / "release"
    (release / "deps").mkdir(parents=True)
    registry = "/home/somebody/.cargo/registry/src/index.crates.io-0/small-macros-1.0.0"
    notes = {
        "1": "src/lib.rs",
        "2": f"{registry}/src/lib.rs",
        "3": "/home/somebody/else/registry/small-macros/src/lib.rs",
        "4": None,  # not there
    }
    for digit, source in notes.items():
        (release / ".fingerprint" / f"small-macros-{digit * 16}").mkdir(parents=True)
        if source:
            note = f"/out/small_macros.d: {source}\n\n{source}:\n"
            (release / "deps" / f"small_macros-{digit * 16}.d").write_text(note)

    forget(tmp_path, {"small-macros"})

    assert [one.name for one in (release / ".fingerprint").iterdir()] == [f"small-macros-{'2' * 16}"]


def test_a_target_that_a_stranger_made_a_link_is_not_emptied_through(tmp_path: Path) -> None:
    """We may be root, and the folder is the stranger's: a link there would delete what it points at."""
    precious = tmp_path / "precious"
    (precious / ".fingerprint" / "small-0123456789abcdef").mkdir(parents=True)
    (tmp_path / "target").symlink_to(precious)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "release").symlink_to(precious)
    with pytest.raises(BuildFailed):
        empty(tmp_path / "target")
    with pytest.raises(BuildFailed):
        forget(tmp_path / "target", {"small"})
    forget(tmp_path / "other", {"small"})
    assert (precious / ".fingerprint" / "small-0123456789abcdef").is_dir()
