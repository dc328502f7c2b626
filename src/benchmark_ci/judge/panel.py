"""The question that measuring asks while it goes on: what is still undecided?"""

from __future__ import annotations

from benchmark_ci.judge.endpoints import Round, values
from benchmark_ci.judge.suite import undecided
from benchmark_ci.model import BenchmarkId, Process, Side


class Panel:
    """Hears processes as they are measured; decides by the same rules as the final judgement."""

    def __init__(
        self, threshold_percent: float, seed: int, controls: frozenset[BenchmarkId] = frozenset()
    ) -> None:
        """Judge against this threshold; `controls` are identical benchmarks that are timed along."""
        self._controls = controls
        self._threshold_percent = threshold_percent
        self._seed = seed
        self._half: dict[tuple[BenchmarkId, int], Process] = {}
        self._rounds: dict[BenchmarkId, tuple[Round, ...]] = {}

    def hear(self, process: Process) -> None:
        """Take in one process; with its partner it makes a round."""
        key = (process.id, process.round)
        partner = self._half.pop(key, None)
        if partner is None:
            self._half[key] = process
            return
        sides = {process.side: values(process), partner.side: values(partner)}
        one = Round(baseline=sides[Side.BASELINE], current=sides[Side.CURRENT])
        self._rounds[process.id] = (*self._rounds.get(process.id, ()), one)

    def decided(self) -> frozenset[BenchmarkId]:
        """Benchmarks that another round would tell nothing about."""
        return frozenset(self._rounds) - self.undecided()

    def undecided(self) -> frozenset[BenchmarkId]:
        """Benchmarks that another round could decide."""
        limits = dict.fromkeys(self._rounds, self._threshold_percent)
        return undecided(self._rounds, limits, self._seed, self._controls)
