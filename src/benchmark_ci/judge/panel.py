"""The question that measuring asks while it goes on: what is still undecided?"""

from __future__ import annotations

from benchmark_ci.judge.endpoints import Round, values
from benchmark_ci.judge.limits import limit_of
from benchmark_ci.judge.suite import Judged, judge_apart, undecided
from benchmark_ci.judge.work import Amounts, changed, note
from benchmark_ci.model import BenchmarkId, Config, Process, Side


class Panel:
    """Hears processes as they are measured; decides by the same rules as the final judgement."""

    def __init__(
        self,
        threshold_percent: float,
        seed: int,
        config: Config | None = None,
        controls: frozenset[BenchmarkId] = frozenset(),
    ) -> None:
        """Judge against this threshold where the rules of `benchmark-ci.toml` have no other limit.

        `controls` are identical benchmarks that are timed along.
        """
        self._controls = controls
        self._threshold_percent = threshold_percent
        self._config = config
        self._limits: dict[BenchmarkId, float] = {}
        self._seed = seed
        self._half: dict[tuple[BenchmarkId, int], Process] = {}
        self._rounds: dict[BenchmarkId, tuple[Round, ...]] = {}
        self._amounts: dict[BenchmarkId, Amounts] = {}

    def hear(self, process: Process) -> None:
        """Take in one process; with its partner it makes a round."""
        note(process, self._amounts)
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
        open_ones = undecided(self._rounds, self.limits(), self._seed, self._controls)
        return frozenset(one for one in open_ones if not changed(self._amounts[one]))

    def judged(self) -> dict[BenchmarkId, Judged]:
        """What is known of each benchmark by now."""
        return judge_apart(self._rounds, self.limits(), self._controls, self._seed)

    def limits(self) -> dict[BenchmarkId, float]:
        """The limit of each benchmark that was heard of, in percent."""
        for one in self._rounds.keys() - self._limits.keys():
            self._limits[one] = limit_of(one, self._threshold_percent, self._config).percent
        return self._limits
