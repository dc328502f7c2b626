"""The door of the command line: the user's own machine and toolchain, and a live display."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.status import Status

from benchmark_ci.action import OUTPUT
from benchmark_ci.build.system_packages import install
from benchmark_ci.door import Trees
from benchmark_ci.errors import UNWRITABLE, BadInput, BenchmarkCIError, unwritable
from benchmark_ci.model import BenchmarkId, History, Links, Plan, Report, Settings, Side
from benchmark_ci.plan import Store, effective, open_store, plan_for_checkout
from benchmark_ci.plan.history import read_local_history
from benchmark_ci.report import folder
from benchmark_ci.report.memory import NAME as MEMORY
from benchmark_ci.report.memory import memory_results
from benchmark_ci.report.terminal import text
from benchmark_ci.wall import fence, files
from benchmark_ci.wall.environment import behind_the_wall, on_a_terminal
from benchmark_ci.wall.identity import identities
from benchmark_ci.wall.site import Site


class TerminalVoice:
    """A `Voice` for people at a terminal; plain lines where the output is not one."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        """`verbose` shows what cargo prints."""
        self._console = console
        self._verbose = verbose
        self._lock = threading.RLock()
        self._status: Status | None = None
        self._last = ""

    def say(self, text: str) -> None:
        """One line of ours."""
        with self._lock:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A stage: a spinner on a terminal, a line elsewhere."""
        if not self._console.is_terminal:
            self.say(title)
            yield
            return
        with self._console.status(_plain(title)) as self._status:
            yield
        self._status = None

    def child_line(self, line: str) -> None:
        """What cargo says: under the spinner, or as lines when asked for."""
        shown = _plain(line)
        with self._lock:
            if self._verbose:
                self._console.print(f"│ {shown}", markup=False, highlight=False, soft_wrap=True)
            elif self._status and shown.strip():
                self._status.update(shown.strip()[: self._console.width - 4].replace("[", "\\["))

    def warn(self, text: str) -> None:
        """A line that starts with the word."""
        self.say(f"warning: {text}")

    def progress(self, done: int, total: int, text: str) -> None:
        """How far measuring is: redrawn on a terminal, a line for each tenth elsewhere."""
        shown = f"{done} of {total} benchmarks decided"
        with self._lock:
            if self._status:
                self._status.update(
                    f"{shown}; measuring {_plain(text)}"[: self._console.width - 4].replace("[", "\\[")
                )
            elif shown != self._last:
                self._last = shown
                self.say(shown)


def _plain(line: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in line)


class TerminalDoor:
    """A checkout on the user's machine."""

    def __init__(
        self,
        settings: Settings,
        directory: Path,
        output: Path | None,
        environ: Mapping[str, str],
        console: Console,
        voice: TerminalVoice,
    ) -> None:
        """`output` defaults to `benchmark-results` in the directory."""
        self.settings = settings
        self._directory = directory
        self._output = output or directory / OUTPUT
        self._environ = environ
        self._console = console
        self._voice = voice
        self._private = Path(tempfile.mkdtemp(prefix="benchmark-ci-"))
        self._identities = identities()
        self._store: Store | None = None

    @property
    def output(self) -> Path:
        """Where the report goes."""
        return self._output

    @property
    def rustup_environment(self) -> Mapping[str, str]:
        """The user's own."""
        return self._environ

    def plan(self) -> Plan:
        """The working tree against where it left the default branch, or what the flags say."""
        if not self._directory.is_dir():
            raise BadInput(f"There is no directory {self._directory}.", "Name a directory of a checkout.")
        if self.settings.system_packages and not self._identities:
            raise BadInput(
                "`--system-packages` works only in the action's image.",
                "Add `--container`, or install them on this machine yourself.",
            )
        self._store = open_store(self._directory, self._private / "store", environ=self._environ)
        plan = plan_for_checkout(self.settings, self._directory, self._store)
        below_root = self._store.prefix(self._directory) / self.settings.working_directory
        settings = self.settings.model_copy(update={"working_directory": below_root})
        self.settings = effective(settings, plan.config)
        try:
            self._output.mkdir(parents=True, exist_ok=True)
            # The working tree stays clean: the folder hides itself.
            (self._output / ".gitignore").write_text("*\n", encoding="utf-8")
        except UNWRITABLE as error:
            raise unwritable(self._output, error) from error
        return plan

    def site(self) -> Site:
        """Private folders in the temporary directory."""
        root = self._private / "site"
        root.mkdir()
        self._private.chmod(0o711)
        if self._identities:
            for gap in fence.put_up(self._identities, None):
                self._voice.warn(gap)
        return Site(root, self._identities)

    def checkout(self, plan: Plan, side: Side, folder: Path) -> tuple[str, ...]:
        """The side's commit, from the private store."""
        assert self._store is not None  # noqa: S101 - plan() made it
        if side is Side.BASELINE:
            install(self.settings.system_packages, self._environ, self._voice)
        return self._store.checkout((plan.baseline if side is Side.BASELINE else plan.current).sha, folder)

    def child_environment(self, here: Path, toolchain_bin: Path) -> dict[str, str]:
        """The user's own; inside the action's image an allow-list."""
        if self._identities:
            return behind_the_wall(self._environ, self.settings.environment, here, toolchain_bin)
        return on_a_terminal(self._environ, toolchain_bin)

    def history(self, benchmarks: Sequence[BenchmarkId]) -> History | None:
        """From the checkout's own copy of the branch, where it has one."""
        assert self._store is not None  # noqa: S101 - plan() made it
        private = self._private / "history"
        private.mkdir(mode=0o700)
        return read_local_history(self._store, private, benchmarks)

    def publish(self, report: Report, trees: Trees) -> None:
        """Files in the output folder, and the report in words."""
        for name, content in folder.files(report, Links()).items():
            (self._output / name).write_text(content, encoding="utf-8")
        (self._output / MEMORY).unlink(missing_ok=True)
        if memory := memory_results(report):
            (self._output / MEMORY).write_text(memory, encoding="utf-8")
        for side, tree in trees.items():
            self._write_tree(self._output / f"criterion-{side}", tree)
        if self._identities:  # in the image: the folder is mounted from a user's machine
            files.give_to_owner_of(self._output, self._output)
        self._console.print(text(report, self._console.width), markup=False, highlight=False, soft_wrap=True)
        if not self._identities:  # in the image the path would be the container's
            self._console.print(f"Report: {self._output / 'report.html'}", markup=False, highlight=False)
        self._clean_up()

    def _write_tree(self, root: Path, tree: Mapping[str, Path]) -> None:
        shutil.rmtree(root, ignore_errors=True)
        for name, file in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, root / name)

    def refuse(self, error: BenchmarkCIError) -> None:
        """What happened and what to do."""
        complain(self._console, error)
        self._clean_up()

    def _clean_up(self) -> None:
        shutil.rmtree(self._private, ignore_errors=True)


def complain(console: Console, error: BenchmarkCIError) -> None:
    """An error for people."""
    for line in (f"error: {error.message}", error.remedy):
        if line:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
