"""A second look at what is called regressed with about as many instructions: is only its place slower?

First it is asked whether both sides execute the same instructions (`prove/placement.py`); what then is open
is measured in other arrangements of the code (`measure/arrangements.py`). Only regressions are looked at,
since nothing else is red, and both take seconds for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmark_ci.build.arranging import relink
from benchmark_ci.build.build import Build
from benchmark_ci.judge.arrangements import answered
from benchmark_ci.judge.panel import Panel
from benchmark_ci.judge.placement import suspects
from benchmark_ci.measure.arrangements import Arrangements
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Config, Proof
from benchmark_ci.prove.suite import prove_placement
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site


class SecondLook:
    """At the regressions of a run; what it finds stands in the recording."""

    def __init__(
        self,
        built: Build,
        site: Site,
        recorder: Recorder,
        voice: Voice,
        seed: int,
        left: Callable[[], float],
        config: Config | None,
    ) -> None:
        """`left` says how many seconds of the time budget are left."""
        self._built = built
        self._site = site
        self._recorder = recorder
        self._voice = voice
        self._seed = seed
        self._left = left
        self._config = config

    def take(self, panel: Panel, proofs: Sequence[Proof]) -> None:
        """Look at what `panel` calls regressed; without proofs there is nothing to go by."""
        known = {one.id: one for proof in proofs for one in proof.benchmarks}
        suspected = suspects(panel.judged(), panel.limits(), known)
        if not suspected or self._left() <= 0:
            return
        with self._voice.group("Count the instructions of what is slower"):
            known |= self._counted({id: known[id] for id in suspected})
        suspected = suspects(panel.judged(), panel.limits(), known)
        if not suspected:
            return
        with self._voice.group("Measure in other arrangements of the code"):
            Arrangements(
                suspected,
                lambda targets, seed, limit_seconds: relink(
                    self._built.recipes,
                    self._built.executables,
                    targets,
                    seed,
                    self._site,
                    self._voice,
                    limit_seconds,
                ),
                self._site,
                self._recorder,
                lambda key, processes: answered(processes, suspected[key], self._seed),
                self._voice,
                self._seed,
                self._left,
                self._config,
            ).run()

    def _counted(self, regressed: Mapping[BenchmarkId, BenchmarkProof]) -> dict[BenchmarkId, BenchmarkProof]:
        found: dict[BenchmarkId, BenchmarkProof] = {}
        for proof in prove_placement(
            regressed,
            self._built.executables,
            self._built.preparation.benchmarks,
            self._site,
            self._built.changed_data_files,
            self._built.harness_versions,
        ):
            self._recorder.add(proof)
            found |= {one.id: one for one in proof.benchmarks}
            same = sum(one.same_instructions for one in proof.benchmarks)
            self._voice.say(
                f"{proof.target}: {same} of {len(proof.benchmarks)} execute the same instructions"
            )
        return found
