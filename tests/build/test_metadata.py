"""Real answers of `cargo metadata` about the fixture crates: which bench targets are asked for."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from benchmark_ci.build import metadata
from benchmark_ci.build.cargo import feature_flags
from benchmark_ci.build.metadata import Workspace
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Settings
from tests.engine import copy_crate, crate, manifest, write_files


def cargo(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["cargo", *arguments], cwd=folder, env=os.environ, check=True, capture_output=True, text=True
    ).stdout


def look(clone: Path, directory: str = ".", settings: Settings | None = None) -> Workspace:
    place, settings = clone / directory, settings or Settings()
    answer = cargo(place, "metadata", "--format-version=1", *feature_flags(settings))  # as the product asks
    return metadata.read(answer, clone, place, settings)


def targets(workspace: Workspace) -> list[str]:
    return [str(bench.target) for bench in workspace.benches]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_crate("workspace", tmp_path_factory.mktemp("crates") / "workspace")


@pytest.mark.cargo
class TestAWorkspace:
    def test_all_members_from_its_root(self, members: Path) -> None:
        found = look(members)
        assert targets(found) == ["alpha/common", "alpha/many", "beta/common", "beta/gated"]
        assert found.packages == ("alpha", "beta")
        assert found.root == members
        assert set(found.local_names) == {"alpha", "beta"}

    def test_one_member_from_its_folder(self, members: Path) -> None:
        assert targets(look(members, "beta")) == ["beta/common", "beta/gated"]

    def test_packages_and_benches_choose(self, members: Path) -> None:
        def chosen(**lists: tuple[str, ...]) -> list[str]:
            return targets(look(members, settings=Settings(**lists)))  # type: ignore[arg-type]

        assert chosen(packages=("beta",)) == ["beta/common", "beta/gated"]
        assert chosen(benches=("common",)) == ["alpha/common", "beta/common"]
        assert chosen(packages=("alpha",), benches=("common", "gated")) == ["alpha/common"]
        assert chosen(packages=("al*",)) == ["alpha/common", "alpha/many"]
        assert chosen(benches=("m?ny",)) == ["alpha/many"]

    def test_required_features_that_are_missing(self, members: Path) -> None:
        def missing(**more: object) -> tuple[str, ...]:
            found = look(members, settings=Settings(**more))  # type: ignore[arg-type]
            return next(one for one in found.benches if one.target.name == "gated").missing_features

        assert missing() == ("extra",)
        assert missing(features=("extra",)) == ()
        assert missing(features=("beta/extra",)) == ()
        assert missing(all_features=True) == ()


@pytest.mark.cargo
def test_another_package_s_feature_of_the_same_name_is_another(tmp_path: Path) -> None:
    clone = copy_crate("workspace", tmp_path / "workspace")
    with (clone / "alpha" / "Cargo.toml").open("a") as file:
        file.write("\n[features]\nextra = []\n")
    found = look(clone, settings=Settings(features=("alpha/extra",)))
    gated = next(one for one in found.benches if one.target.name == "gated")
    assert gated.missing_features == ("extra",), "another package's"


@pytest.mark.cargo
def test_every_kind_of_bench_target_is_seen_and_no_other_kind(tmp_path: Path) -> None:
    found = look(copy_crate("mixed", tmp_path / "mixed"))
    assert sorted(targets(found)) == [
        f"mixed/{name}" for name in ("broken", "custom", "forgotten", "good", "libtest", "panics")
    ]
    criterions = {one.target.name for one in found.benches if one.calls_criterion(tmp_path / "mixed")}
    assert criterions == {"forgotten", "good", "panics"}


@pytest.mark.cargo
def test_features_turn_on_features(tmp_path: Path) -> None:
    more = '[features]\ndefault = ["a"]\na = ["b"]\nb = ["a", "c"]\nc = []\nd = []\n'
    toml = manifest("small", more).replace(
        "harness = false", 'harness = false\nrequired-features = ["c", "d"]'
    )
    clone = write_files(tmp_path, crate(**{"Cargo.toml": toml}))
    assert look(clone).benches[0].missing_features == ("d",)
    assert look(clone, settings=Settings(no_default_features=True)).benches[0].missing_features == ("c", "d")
    assert look(clone, settings=Settings(features=("d",))).benches[0].missing_features == ()


@pytest.mark.cargo
@pytest.mark.parametrize("required", ["testing", "std", "helper-crate/fast", "helper-crate"])
def test_features_that_a_dependency_turns_on(tmp_path: Path, required: str) -> None:
    more = """
[features]
default = ["std"]
std = []
testing = ["helper-crate"]
[dependencies]
helper-crate = { path = "helper", optional = true, features = ["fast"] }
[dev-dependencies.small]
path = "."
features = ["testing"]
"""
    toml = manifest("small", more)
    toml = toml.replace("harness = false", f'harness = false\nrequired-features = ["{required}"]')
    helper = '[package]\nname = "helper-crate"\nversion = "1.0.0"\nedition = "2021"\n[features]\nfast = []\n'
    sources = crate(**{"Cargo.toml": toml, "helper/Cargo.toml": helper, "helper/src/lib.rs": ""})
    clone = write_files(tmp_path, sources)
    assert look(clone).benches[0].missing_features == ()
    cargo(clone, "bench", "--no-run", "--bench", "bench")  # which says so too, and fails otherwise


@pytest.mark.cargo
def test_a_target_with_bench_false_counts_only_by_name(tmp_path: Path) -> None:
    toml = manifest("small").replace("harness = false", "harness = false\nbench = false")
    clone = write_files(tmp_path, crate(**{"Cargo.toml": toml}))
    assert targets(look(clone)) == []
    assert targets(look(clone, settings=Settings(benches=("bench",)))) == ["small/bench"]


@pytest.mark.cargo
def test_a_source_that_is_a_link_to_elsewhere_is_not_read(tmp_path: Path) -> None:
    clone = write_files(tmp_path / "clone", crate())
    (tmp_path / "elsewhere.rs").write_text("criterion_main!(benches);")
    (clone / "benches" / "bench.rs").unlink()
    (clone / "benches" / "bench.rs").symlink_to(tmp_path / "elsewhere.rs")
    assert not look(clone).benches[0].calls_criterion(clone)


def package(name: str, path: str, source: str | None) -> dict[str, object]:
    return {
        "id": name,
        "name": name,
        "version": "1.0.0",
        "source": source,
        "manifest_path": f"{path}/Cargo.toml",
        "targets": [],
        "features": {},
    }


def test_what_lies_in_the_clone_is_the_repositorys_own_whatever_its_source_says() -> None:
    registry = "registry+https://github.com/rust-lang/crates.io-index"
    text = json.dumps(
        {
            "packages": [
                package("own", "/clone", None),
                package("beside", "/elsewhere/beside", None),
                package("vendored", "/clone/vendor/vendored", registry),
                package("downloaded", "/home/.cargo/registry/src/downloaded", registry),
            ],
            "workspace_members": ["own"],
            "workspace_root": "/clone",
        }
    )
    found = metadata.read(text, Path("/clone"), Path("/clone"), Settings())
    assert set(found.local_names) == {"own", "beside", "vendored"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"packages": 5}', '{"packages": [{}]}'])
def test_an_answer_of_another_shape_is_told(text: str) -> None:
    with pytest.raises(BuildFailed, match="cargo metadata"):
        metadata.read(text, Path("/clone"), Path("/clone"), Settings())


def criterion(version: str, source: str | None, name: str = "criterion") -> dict[str, object]:
    return {**package(name, f"/cargo/{name}-{version}/Cargo.toml", source), "version": version}


@pytest.mark.parametrize(
    ("harness", "called", "told"),
    [
        (criterion("0.5.1", "registry+https://github.com/rust-lang/crates.io-index"), "criterion", "0.5.1"),
        (criterion("0.5.1", "git+https://host/c#abc"), "criterion", "0.5.1 from git+https://host/c#abc"),
        (
            criterion("2.0.0", "registry+x", "codspeed-criterion-compat"),
            "criterion",
            "2.0.0 from registry+x",
        ),
        (criterion("0.7.0", "registry+x"), "bench_lib", "0.7.0"),
        (criterion("1.0.0", "registry+x", "divan"), "divan", None),
        (
            {**package("criterion", "/clone/vendor/criterion/Cargo.toml", "registry+x"), "version": "0.8.2"},
            "criterion",
            "0.8.2 from registry+x",  # its copy in the repository can be changed
        ),
    ],
)
def test_criterion_as_each_package_resolves_it(
    harness: dict[str, object], called: str, told: str | None
) -> None:
    clone = Path("/clone")
    own = package("mine", "/clone/Cargo.toml", None)
    nodes = [{"id": own["id"], "deps": [{"name": called, "pkg": harness["id"]}]}]
    text = json.dumps(
        {
            "packages": [own, harness],
            "workspace_members": [own["id"]],
            "workspace_root": "/clone",
            "resolve": {"nodes": nodes},
        }
    )
    found = metadata.read(text, clone, clone, Settings())
    assert found.harnesses == ({"mine": told} if told else {})
