"""What `cargo metadata` says about a workspace, and which bench targets are asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmark_ci.errors import BadFile, BuildFailed
from benchmark_ci.model import Noun, Settings, Target
from benchmark_ci.wall import files


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _WireTarget(_Wire):
    kind: tuple[str, ...]
    name: str
    src_path: Path


class _WirePackage(_Wire):
    id: str
    name: str
    version: str
    source: str | None = None  # None: the repository's own
    manifest_path: Path
    targets: tuple[_WireTarget, ...]


class _WireDependency(_Wire):
    name: str  # as the package calls it
    pkg: str


class _WireNode(_Wire):
    id: str
    deps: tuple[_WireDependency, ...] = ()
    features: tuple[str, ...] = ()  # that are turned on, by whomever


class _WireResolve(_Wire):
    nodes: tuple[_WireNode, ...]


class _WireMetadata(_Wire):
    packages: tuple[_WirePackage, ...]
    workspace_members: tuple[str, ...]
    workspace_root: Path
    resolve: _WireResolve | None = None


class BenchTarget(Noun):
    """A `[[bench]]` target as its manifest declares it."""

    target: Target
    package_id: str
    package_version: str
    manifest_path: Path
    src_path: Path
    missing_features: tuple[str, ...]  # `required-features` that are not enabled

    @property
    def package_spec(self) -> str:
        """What names this package to cargo even where a dependency has the same name.

        Cargo takes back the ids that it prints since 1.77; before, names with versions.
        """
        if "#" in self.package_id:
            return self.package_id
        return f"{self.target.package}:{self.package_version}"

    def calls_criterion(self, clone: Path) -> bool:
        """Whether its source has Criterion's main, which needs `harness = false`."""
        try:
            return b"criterion_main!" in files.read(clone, self.src_path)
        except (OSError, BadFile, ValueError):
            return False


class Workspace(Noun):
    """The packages that are asked for and their bench targets."""

    root: Path
    benches: tuple[BenchTarget, ...]
    packages: tuple[str, ...]  # names of all asked for, with or without benches
    choice: Mapping[str, tuple[str, ...]]  # what the inputs `packages` and `benches` could have named
    local_names: tuple[str, ...]  # every package whose source is the repository's own, or lies in it
    harnesses: Mapping[str, str] = {}  # Criterion as each package asked for resolves it, where it does


def read(text: str, clone: Path, directory: Path, settings: Settings) -> Workspace:
    """The workspace of a `cargo metadata` answer about `directory` in the checkout `clone`.

    Raises BuildFailed when the answer is not what cargo documents, or a package that the inputs name is
    not a member.
    """
    try:
        metadata = _WireMetadata.model_validate_json(text)
    except ValidationError as error:
        raise BuildFailed(f"cargo metadata gave an answer that cannot be read: {error}") from error
    members = [package for package in metadata.packages if package.id in metadata.workspace_members]
    asked = _asked(members, directory, metadata.workspace_root, settings)
    nodes = {node.id: node for node in metadata.resolve.nodes} if metadata.resolve else {}
    return Workspace(
        root=metadata.workspace_root,
        benches=tuple(bench for package in asked for bench in _benches(package, nodes, clone, settings)),
        packages=tuple(package.name for package in asked),
        choice={
            "packages": tuple(package.name for package in members),
            "benches": tuple(
                target.name for package in asked for target in package.targets if target.kind == ("bench",)
            ),
        },
        local_names=tuple(
            package.name
            for package in metadata.packages
            if package.source is None or package.manifest_path.is_relative_to(clone)  # vendored
        ),
        harnesses=_harnesses(asked, metadata, nodes, clone),
    )


def _harnesses(
    asked: list[_WirePackage], metadata: _WireMetadata, nodes: Mapping[str, _WireNode], clone: Path
) -> dict[str, str]:
    """Version and source of what each package calls `criterion`, or of the package of that name."""
    by_id = {package.id: package for package in metadata.packages}
    found = {}
    for package in asked:
        dependencies = nodes[package.id].deps if package.id in nodes else ()
        ones = [by_id[one.pkg] for one in dependencies if one.pkg in by_id and _is_criterion(one, by_id)]
        versions = sorted(
            {f"{one.version} from {one.source}" if _odd(one, clone) else one.version for one in ones}
        )
        if versions:
            found[package.name] = ", ".join(versions)
    return found


def _is_criterion(dependency: _WireDependency, by_id: Mapping[str, _WirePackage]) -> bool:
    return "criterion" in (dependency.name, by_id[dependency.pkg].name)


def _odd(package: _WirePackage, clone: Path) -> bool:
    """Whether the version alone does not tell which code it is: from git, a fork, the repository itself."""
    downloaded = (package.source or "").startswith("registry+")
    return package.name != "criterion" or not downloaded or package.manifest_path.is_relative_to(clone)


def _asked(
    members: list[_WirePackage], directory: Path, root: Path, settings: Settings
) -> list[_WirePackage]:
    if settings.packages:
        return [package for package in members if named(package.name, settings.packages)]
    own = [package for package in members if package.manifest_path.parent == directory]
    return own if own and directory != root else members


def named(name: str, patterns: tuple[str, ...]) -> bool:
    """As cargo's `-p` and `--bench`: a name or a pattern of names; a version behind `@` is left to cargo."""
    return any(fnmatchcase(name, pattern.partition("@")[0]) for pattern in patterns)


def _benches(
    package: _WirePackage, nodes: Mapping[str, _WireNode], clone: Path, settings: Settings
) -> list[BenchTarget]:
    declared = _declared(package.manifest_path, clone)
    enabled = _enabled_features(package, nodes)
    benches = []
    for target in package.targets:
        table = declared.get(target.name, {})
        chosen = named(target.name, settings.benches)
        if target.kind != ("bench",) or (settings.benches and not chosen):
            continue
        if table.get("bench") is False and not chosen:
            continue
        required = table.get("required-features", [])
        benches.append(
            BenchTarget(
                target=Target(package=package.name, name=target.name),
                package_id=package.id,
                package_version=package.version,
                manifest_path=package.manifest_path,
                src_path=target.src_path,
                missing_features=tuple(name for name in required if _as_called(name) not in enabled),
            )
        )
    return benches


def _declared(manifest: Path, clone: Path) -> dict[str, dict[str, Any]]:
    """The `[[bench]]` tables by name: `bench` and `required-features` are not in cargo's answer."""
    try:
        tables = tomllib.loads(files.read_text(clone, manifest)).get("bench", [])
    except (OSError, ValueError, BadFile):
        return {}
    return {table["name"]: table for table in tables if isinstance(table, dict) and "name" in table}


def _enabled_features(package: _WirePackage, nodes: Mapping[str, _WireNode]) -> set[str]:
    """What is turned on, and may be named by `required-features`: the package's own features, by whomever
    (a package can be among its own dev-dependencies), and its dependencies' as `dependency/feature`.
    """
    if not (own := nodes.get(package.id)):
        return set()
    of_dependencies = {
        f"{one.name}/{feature}" for one in own.deps if one.pkg in nodes for feature in nodes[one.pkg].features
    }
    return {*own.features, *of_dependencies}


def _as_called(feature: str) -> str:
    """`dependency/feature` as cargo's answer names the dependency, the way code does."""
    dependency, slash, name = feature.rpartition("/")
    return dependency.replace("-", "_") + slash + name
