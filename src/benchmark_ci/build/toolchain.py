"""One toolchain for both sides, found or installed with what the repository wants beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmark_ci.build.toolchain_file import Wanted
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Noun
from benchmark_ci.voice import Voice
from benchmark_ci.wall import process

INSTALL_LIMIT_SECONDS = 900.0


class Toolchain(Noun):
    """A toolchain's own programs; rustup's proxies would want to write to its home."""

    bin: Path
    name: str  # what was asked for; empty: the machine's default
    version: str  # `rustc --version`

    @property
    def libraries(self) -> tuple[str, ...]:
        """Folders of Rust's own shared libraries; another machine's are of no use and do no harm."""
        lib = self.bin.parent / "lib"
        return (*map(str, sorted(lib.glob("rustlib/*/lib"))), str(lib))


def find(channel: str, origin: str, environ: Mapping[str, str], voice: Voice) -> Toolchain:
    """The toolchain of a channel, installed by rustup when it is not there.

    Runs before any code of the repository does: nothing here has been touched by a stranger yet.
    """
    env = {name: value for name, value in environ.items() if name != "RUSTUP_TOOLCHAIN"}
    default = _which("", env)
    if default and channel and _serves(default, channel, env):
        return Toolchain(bin=default, name=channel, version=_version(default, env))
    found = _which(channel, env) if channel else default
    if found is None and channel:
        voice.say(f"Installing the toolchain {channel} ({origin})")
        _install(channel, origin, env)
        found = _which(channel, env)
    if found is None:
        raise BuildFailed(
            "No Rust toolchain was found.",
            "Install one from rustup.rs, so that `cargo --version` answers.",
        )
    return Toolchain(bin=found, name=channel, version=_version(found, env))


def add(chain: Toolchain, sides: Iterable[Wanted], environ: Mapping[str, str], voice: Voice) -> list[str]:
    """Add components and targets that any side wants; cautions name those that rustup does not add.

    What is there already needs no network. Without rustup nothing is added, as cargo would not either.
    """
    names = dict.fromkeys(
        (kind, name)
        for one in sides
        for kind, listed in (("component", one.components), ("target", one.targets))
        for name in listed
    )
    refused: dict[str, str] = {}
    for kind, name in names:
        command = ("rustup", kind, "add", "--toolchain", chain.bin.parent.name, name)
        try:
            answer = process.run(command, cwd=Path("/"), env=environ, timeout_seconds=INSTALL_LIMIT_SECONDS)
        except FileNotFoundError:
            return []
        if answer.ok:
            voice.say(f"The repository's toolchain file wants the {kind} {name}")
        else:
            refused[f"{kind} `{name}`"] = _error_of(answer)
    return [
        f"The toolchain file wants the {what}, which rustup did not add ({why})."
        for what, why in refused.items()
    ]


def _error_of(answer: process.Finished) -> str:
    """Rustup's own sentence, without the stack that it may print below."""
    if answer.timed_out:
        return f"it took more than {INSTALL_LIMIT_SECONDS / 60:.0f} minutes"
    errors = [line for line in answer.stderr.splitlines() if line.startswith("error:")]
    return errors[0] if errors else answer.last_lines(1)


def _version(folder: Path, env: Mapping[str, str]) -> str:
    return process.run((str(folder / "rustc"), "--version"), cwd=Path("/"), env=env).stdout.strip()


def _serves(default: Path, channel: str, env: Mapping[str, str]) -> bool:
    """Whether the machine's default is the version that is asked for: 1.95.0 serves `1.95` and `1.95.0`."""
    version = _version(default, env).removeprefix("rustc ").partition(" ")[0]
    return f"{version}.".startswith(f"{channel}.")


def _which(channel: str, env: Mapping[str, str]) -> Path | None:
    """The bin folder that holds the toolchain's own cargo, by rustup or by PATH."""
    asked = ("--toolchain", channel) if channel else ()
    try:
        answer = process.run(("rustup", "which", *asked, "cargo"), cwd=Path("/"), env=env)
    except FileNotFoundError:
        return None if channel else _without_rustup(env)
    return Path(answer.stdout.strip()).parent if answer.ok else None


def _without_rustup(env: Mapping[str, str]) -> Path | None:
    try:
        answer = process.run(("rustc", "--print", "sysroot"), cwd=Path("/"), env=env)
    except FileNotFoundError:
        return None
    folder = Path(answer.stdout.strip()) / "bin"
    return folder if answer.ok and (folder / "cargo").exists() else None


def _install(channel: str, origin: str, env: Mapping[str, str]) -> None:
    remedy = "Check the name and the network, or set the input `toolchain` to one that can be installed."
    try:
        answer = process.run(
            ("rustup", "toolchain", "install", channel, "--profile", "minimal", "--no-self-update"),
            cwd=Path("/"),
            env=env,
            timeout_seconds=INSTALL_LIMIT_SECONDS,
        )
    except FileNotFoundError as error:
        raise BuildFailed(
            f"The toolchain {channel} ({origin}) needs rustup, which is not here.", remedy
        ) from error
    if not answer.ok:
        raise BuildFailed(
            f"rustup could not install the toolchain {channel} ({origin}): {_error_of(answer)}", remedy
        )
