"""The crate's variants, each built once; valgrind may be missing on a developer's machine, not in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark_ci.model import Proof, Side
from benchmark_ci.prove import prove_target
from tests.prove.variants import ADVERSARIAL, INNOCENT_EDITS, PLACED, PREPARED, Edit
from tests.prove.workshop import Workshop

VARIANTS: dict[str, tuple[Edit, ...]] = {
    "innocent": INNOCENT_EDITS,
    "adversarial": (*(edit for id, edit in ADVERSARIAL.items() if id != "planted/local"), PREPARED),
    # thread-locals are one piece: a changed one differs for all that use any
    "thread-local": (ADVERSARIAL["planted/local"],),
    "placed": PLACED,
}


@pytest.fixture(scope="session")
def valgrind() -> None:
    if shutil.which("valgrind"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("the proof's tests must run in CI: valgrind is not on the PATH", pytrace=False)
    pytest.skip("valgrind is not on the PATH")


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    root = tmp_path_factory.mktemp("proof")
    yield Workshop(root)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def built(workshop: Workshop) -> Callable[[str], Path]:
    """Builds a variant once; its side's folder is kept beside the site."""

    def build(name: str) -> Path:
        kept = workshop.site.root.parent / name
        if not kept.exists():
            workshop.variant(VARIANTS[name])
            shutil.copytree(
                workshop.site.folder(Side.CURRENT),
                kept,
                symlinks=True,
                ignore=shutil.ignore_patterns(".fingerprint", "build", "incremental", "*.rlib", "*.rmeta"),
            )
        return kept

    return build


@pytest.fixture(scope="session")
def stands(workshop: Workshop, built: Callable[[str], Path]) -> Callable[[str], None]:
    """Makes a variant current's side."""

    def stand(variant: str) -> None:
        kept = built(variant)
        current = workshop.site.folder(Side.CURRENT)
        shutil.rmtree(current)
        shutil.copytree(kept, current, symlinks=True)

    return stand


@pytest.fixture(scope="session")
def proven(valgrind: None, workshop: Workshop, stands: Callable[[str], None]) -> Callable[[str, str], Proof]:
    """The proof of a bench target of a variant."""
    known: dict[tuple[str, str], Proof] = {}

    def prove(variant: str, target: str) -> Proof:
        if (variant, target) not in known:
            stands(variant)
            baseline = workshop.baseline[target]
            known[variant, target] = prove_target(
                baseline,
                baseline.model_copy(update={"side": Side.CURRENT}),
                workshop.benchmarks(baseline),
                workshop.site,
            )
        return known[variant, target]

    return prove
