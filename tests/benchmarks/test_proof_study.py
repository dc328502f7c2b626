"""The study of the proof: its table of changes, what counts how, what is drawn, when timing disagrees."""

from __future__ import annotations

import multiprocessing
import random
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest

from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS
from benchmark_ci.model import BenchmarkProof, Proof, Side, Target
from benchmarks import members
from benchmarks.proof import changes, crates, plan, store
from benchmarks.proof.agreement import agreement, unarranged
from benchmarks.proof.averages import remains
from benchmarks.proof.changes import CHANGES, COMMITS, EXAMPLE_CHANGES, PLANTED, Change, Edit
from benchmarks.proof.figures import Figures, Row, figures, kind_of
from benchmarks.proof.quoted import quoted
from benchmarks.proof.record import Arranged, Line, Proven, Study, Timed, TimedBenchmark
from benchmarks.proof.report import report, tables
from benchmarks.proof.sources import Sources, apply
from benchmarks.proof.study import Wanted, prover
from benchmarks.proof.timing import ROUNDS, Enough
from benchmarks.truth.record import Machine
from tests.engine import bench, noisy_pairs, processes, rounds

CHANGE = next(change for change in COMMITS if change.crate == "itoa" and "u128" in change.changed)
IDS = ("u64[0]/itoa", "u64[0]/std::fmt", "u128[0]/itoa", "u128[max]/itoa", "u128[max]/std::fmt")


def _proven(change: Change, identical: Sequence[str], *, whole: bool = False) -> Proven:
    found = tuple(
        BenchmarkProof(
            id=bench(full_id),
            identical=full_id in identical,
            reason="" if full_id in identical else "code that prepares it differs: crate::function (twice)",
        )
        for full_id in IDS
    )
    return Proven(
        change=change.key,
        started="2026-01-01T00:00:00+00:00",
        machine=Machine(cpu="cpu", cores=2, os="Linux", rustc="rustc"),
        load_average=(0.1, 0.2),
        build_seconds=10,
        dependencies_kept=False,
        proof_seconds=1,
        proofs=(Proof(target=Target(package="crate", name="bench"), benchmarks=found, whole=whole),),
        one_sided=0,
    )


def _study(*proven: Proven, timed: Sequence[Timed] = ()) -> Study:
    return Study(proven={one.change: one for one in proven}, timed=tuple(timed))


def _row(proven: Proven) -> Row:
    (row,) = figures(_study(proven)).rows
    return row


# --- the table of changes


def test_there_are_enough_commits_of_enough_crates_and_each_stands_once() -> None:
    assert len({change.sha for change in COMMITS}) == len(COMMITS) >= 30
    assert len({change.crate for change in COMMITS}) >= 5
    assert len({change.key for change in CHANGES}) == len(CHANGES)
    assert all(re.fullmatch("[0-9a-f]{40}", change.sha) for change in (*COMMITS, *PLANTED))
    assert {kind_of(change) for change in COMMITS} == {"commit"}
    assert {kind_of(change) for change in EXAMPLE_CHANGES} == {"example"}
    assert {kind_of(change) for change in PLANTED} == {"planted"}
    assert all(crates.named(change.crate).url for change in (*COMMITS, *PLANTED))


def test_every_planted_change_says_what_it_reaches() -> None:
    assert all(change.changed != changes.NOTHING for change in PLANTED)


@pytest.mark.parametrize("change", EXAMPLE_CHANGES, ids=lambda change: change.name)
def test_changes_of_the_example_change_it(change: Change, tmp_path: Path) -> None:
    sources = Sources(tmp_path / "work")
    texts = []
    for side in Side:
        folder = tmp_path / side
        folder.mkdir()
        sources.put(crates.named(change.crate), change, side, folder)
        texts.append({file.name: file.read_text(encoding="utf-8") for file in folder.glob("src/*.rs")})
    assert texts[0] and texts[0] != texts[1]


def test_an_edit_that_is_not_meant_like_this_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lib.rs").write_text("let one = 1; let two = 1;")
    for find in ("= 1;", "three"):
        planted = Change(crate="itoa", edits=(Edit(file="lib.rs", find=find, replace="x"),), what="")
        with pytest.raises(ValueError, match=re.escape(find)):
            apply(planted, tmp_path)


# --- what is counted how


def test_a_benchmark_that_visibly_changed_and_is_called_identical_is_wrong() -> None:
    row = _row(_proven(CHANGE, IDS))

    assert row.wrong == ("u128[max]/itoa",)
    assert (row.changed, row.alone, row.alone_identical) == (1, 3, 3)


def test_what_is_left_alone_and_not_proven_has_a_reason() -> None:
    found = figures(_study(_proven(CHANGE, ("u64[0]/itoa", "u64[0]/std::fmt"))))

    assert found.rows[0].wrong == ()
    assert (found.rows[0].alone, found.rows[0].alone_identical) == (3, 2)
    (reason,) = found.reasons
    assert (reason.reason, reason.benchmarks) == ("code that prepares it differs", 1)
    (total,) = found.totals
    assert (total.alone.hits, total.alone.trials) == (2, 3)
    assert total.alone_differing.trials == 3
    assert (total.leaving_any_alone, total.reaching) == (1, 0)


def test_executables_that_are_equal_as_a_whole_are_counted_apart() -> None:
    (total,) = figures(_study(_proven(CHANGE, IDS, whole=True))).totals

    assert total.alone.trials == 3
    assert total.alone_differing.trials == 0


# --- what is drawn


def test_all_that_is_proven_of_executables_that_differ_is_drawn_in_an_order_of_its_own() -> None:
    proven = _proven(CHANGE, IDS[:3])

    drawn = plan.drawn(CHANGE, proven)

    assert drawn == plan.drawn(CHANGE, proven)
    assert {one.full_id for one in drawn} == set(IDS[:3])
    assert len(plan.drawn(CHANGE, _proven(CHANGE, IDS, whole=True))) == plan.WHOLE_SAMPLE
    assert plan.drawn(CHANGE, _proven(CHANGE, ())) == ()


def test_every_change_has_its_next_part_before_any_has_the_one_after_that() -> None:
    large = _proven(COMMITS[0], ()).model_copy(update={"proofs": (_proof(2 * plan.PART + 1),)})
    study = _study(large, _proven(CHANGE, IDS[:3]))

    parts = list(plan.untimed(study))

    assert [part.number for part in parts] == [0, 0, 1, 2]
    of_large = [one for part in parts if part.change == large.change for one in part.benchmarks]
    assert of_large == list(plan.drawn(COMMITS[0], large))
    assert len({part.seed for part in parts}) == len(parts)


def test_what_was_timed_is_not_timed_again_and_no_number_is_given_twice() -> None:
    done = _timed(CHANGE, [(100.0, 100.0)] * ROUNDS).model_copy(update={"part": 4})

    (part,) = plan.untimed(_study(_proven(CHANGE, IDS[:3]), timed=(done,)))

    assert part.number == 5
    assert {one.full_id for one in part.benchmarks} == set(IDS[1:3])


def _proof(benchmarks: int) -> Proof:
    return Proof(
        target=Target(package="crate", name="bench"),
        benchmarks=tuple(
            BenchmarkProof(id=bench(f"of/{number}"), identical=True) for number in range(benchmarks)
        ),
        whole=False,
    )


def test_tables_of_several_versions_of_the_prover_say_so() -> None:
    old, new = (_proven(change, IDS) for change in CHANGES[:2])
    one = figures(_study(old, new))
    several = figures(_study(old, new.model_copy(update={"prover": "0123456789ab"})))

    assert "all by prover not noted." in tables(one)
    assert "proven 1 by prover not noted, 1 by prover 0123456789ab." in tables(several)


def test_what_another_prover_proved_is_proven_again_only_when_asked_for() -> None:
    study = _study(*(_proven(change, IDS).model_copy(update={"prover": "old"}) for change in CHANGES))

    assert list(plan.unproven(study)) == []
    assert list(plan.unproven(study, "old")) == []
    assert list(plan.unproven(study, "new")) == list(CHANGES)
    assert re.fullmatch("[0-9a-f]{12}", prover())


def test_single_changes_and_crates_can_be_asked_for() -> None:
    of_one = [change for change in CHANGES if Wanted(changes=(CHANGE.key,)).takes(change)]
    of_crate = [change for change in CHANGES if Wanted(crates=("ryu",)).takes(change)]

    assert of_one == [CHANGE]
    assert {change.crate for change in of_crate} == {"ryu"} and len(of_crate) > 1
    assert all(Wanted().takes(change) for change in CHANGES)


def test_measuring_ends_after_so_many_rounds_whatever_they_say() -> None:
    question = Enough(3)
    for number, process in enumerate(processes(bench(), [(1.0, 9.0), (9.0, 1.0), (1.0, 1.0)]), start=1):
        question.hear(process)
        assert (bench() in question.decided()) is (number == 6)


# --- timing


def _timed(change: Change, pairs: Sequence[tuple[float, float]], full_id: str = IDS[0]) -> Timed:
    return Timed(
        change=change.key,
        part=0,
        seed=1,
        started="2026-01-02T00:00:00+00:00",
        load_average=(0.5, 0.5),
        cpu_share=0.5,
        elapsed_seconds=36,
        benchmarks=(TimedBenchmark(id=bench(full_id), rounds=rounds(pairs)),),
    )


@pytest.mark.parametrize(("percent", "beyond"), [(0.0, 0), (0.5, 0), (4.0, 1), (-4.0, 1)])
def test_timing_disagrees_where_a_change_is_beyond_one_percent(percent: float, beyond: int) -> None:
    pairs = noisy_pairs(random.Random(3), ROUNDS, percent)

    found = agreement(_study(_proven(CHANGE, IDS), timed=[_timed(CHANGE, pairs)]))

    assert (found.comparisons, len(found.beyond), found.rounds) == (1, beyond, ROUNDS)
    assert found.level == 0.025


@pytest.mark.parametrize(("percent", "called"), [(0.0, (0, 0)), (20.0, (1, 0)), (-20.0, (0, 1))])
def test_what_timing_alone_would_have_called_changed_is_counted(
    percent: float, called: tuple[int, int]
) -> None:
    timed = _timed(CHANGE, noisy_pairs(random.Random(3), ROUNDS, percent))

    found = agreement(_study(_proven(CHANGE, IDS), timed=[timed]))

    assert (found.regressed, found.improved) == called


def test_the_level_falls_with_the_number_of_comparisons() -> None:
    equal = [_timed(CHANGE, noisy_pairs(random.Random(seed), ROUNDS)) for seed in range(10)]

    found = agreement(_study(_proven(CHANGE, IDS), timed=equal))

    assert found.level == pytest.approx(0.0025)
    assert 1 / found.draws < found.level / 10
    assert not found.beyond


def _arranged(pairs: Sequence[tuple[float, float]]) -> list[Arranged]:
    """Each pair is an arrangement, measured four times over."""
    found = []
    for number, pair in enumerate(pairs):
        measured = _timed(CHANGE, [pair] * 4).model_dump(exclude={"kind", "part"})
        found.append(Arranged(number=number, **measured))
    return found


@pytest.mark.parametrize(("percent", "beyond"), [(0.0, 0), (4.0, 1), (-4.0, 1)])
def test_what_lies_beyond_is_judged_again_over_arrangements(percent: float, beyond: int) -> None:
    timed = [_timed(CHANGE, noisy_pairs(random.Random(3), ROUNDS, 4))]
    others = (_proven(change, ()) for change in (EXAMPLE_CHANGES[0], PLANTED[0]))
    study = _study(_proven(CHANGE, IDS), *others, timed=timed)
    elsewhere = _arranged(noisy_pairs(random.Random(4), MOST_ARRANGEMENTS, percent))

    for done in (0, 5):
        begun = study.model_copy(update={"arranged": tuple(elsewhere[:done])})
        (part,) = unarranged(begun)
        assert (part.change, part.number, part.benchmarks) == (CHANGE.key, done, (bench(IDS[0]),))

    study = study.model_copy(update={"arranged": tuple(elsewhere)})
    found = agreement(study)

    assert list(unarranged(study)) == []
    assert [one.arrangements for one in found.elsewhere] == [MOST_ARRANGEMENTS]
    assert (len(found.beyond), len(found.beyond_elsewhere)) == (1, beyond)
    text = tables(figures(study))
    assert f"**{beyond} lie beyond 1 % there.**" in text
    assert f"({MOST_ARRANGEMENTS})" in text
    assert ("none is shown to lie beyond it" in quoted(figures(study))) is (beyond == 0)
    left = remains(found.beyond, found.elsewhere)
    assert left.linked_percent == pytest.approx(4, abs=0.7)
    assert left.averaged_percent == pytest.approx(percent, abs=0.7)


def test_what_is_left_to_be_timed_is_said() -> None:
    study = _study(_proven(CHANGE, IDS[:3]), timed=[_timed(CHANGE, noisy_pairs(random.Random(1), ROUNDS))])

    assert agreement(study).left == 2
    assert "2 are left to be timed" in tables(figures(study))


# --- files


def test_several_may_add_to_a_file_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "lines.gz"
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as several:
        list(several.map(members.append, map(str, range(400)), repeat(file)))

    assert sorted(map(int, members.read(file))) == list(range(400))


def test_what_was_kept_is_read_and_the_newest_proof_counts(tmp_path: Path) -> None:
    file = tmp_path / "commits.jsonl.gz"
    timed = _timed(CHANGE, [(100.0, 101.0)] * 2)
    elsewhere = _arranged([(100.0, 101.0)] * 2)
    lines: list[Line] = [_proven(CHANGE, ()), timed, *elsewhere, _proven(CHANGE, IDS)]
    for line in lines:
        store.append(line, file)

    study = _study(_proven(CHANGE, IDS), timed=[timed])
    assert store.read(file) == study.model_copy(update={"arranged": tuple(elsewhere)})


def test_figures_and_tables_are_written(tmp_path: Path) -> None:
    study = _study(_proven(CHANGE, IDS), timed=[_timed(CHANGE, noisy_pairs(random.Random(1), ROUNDS, 5))])

    assert report(study, tmp_path) == ["figures.json", "tables.md"]

    text = (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert "1 of 1 lie beyond 1 %" in text
    assert report(Study(proven={}, timed=()), tmp_path / "none") == []


# --- what the documents say

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _written() -> Figures:
    return Figures.model_validate_json((DOCS / "data" / "proof" / "figures.json").read_text("utf-8"))


def test_the_tables_and_the_methodology_say_what_the_figures_say() -> None:
    found = _written()
    assert (DOCS / "data" / "proof" / "tables.md").read_text("utf-8") == tables(found)
    assert quoted(found) in (DOCS / "methodology.md").read_text("utf-8")


def test_the_figures_are_those_of_the_data() -> None:
    found, study = _written(), store.read()
    assert found.rows == figures(study.model_copy(update={"timed": ()})).rows
    assert found.provers == figures(study.model_copy(update={"timed": ()})).provers
    assert found.agreement.comparisons == sum(len(part.benchmarks) for part in study.timed)
