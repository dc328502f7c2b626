"""One toolchain for both sides: the input's, else the repository's toolchain file's, else the machine's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.errors import BadInput, BuildFailed
from benchmark_ci.model import Noun
from benchmark_ci.voice import Voice
from benchmark_ci.wall import files, process

CHANNEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
INSTALL_LIMIT_SECONDS = 900.0


class Toolchain(Noun):
    """A toolchain's own programs; rustup's proxies would want to write to its home."""

    bin: Path
    name: str  # what was asked for; empty: the machine's default
    version: str  # `rustc --version`


def wanted_channel(asked: str, checkout: Path, directory: Path) -> tuple[str, str]:
    """The channel to use and where it was asked for; empty channel: the machine's default."""
    if asked:
        return asked, "input `toolchain`"
    folder = checkout / directory
    while True:
        for name in ("rust-toolchain", "rust-toolchain.toml"):  # in rustup's order
            if (folder / name).is_file():
                channel = _channel_of(folder / name, checkout)
                return channel, f"`{(folder / name).relative_to(checkout)}`" if channel else "the default"
        if folder == checkout or checkout not in folder.parents:
            return "", "the default"
        folder = folder.parent


def _channel_of(file: Path, checkout: Path) -> str:
    """The channel that a toolchain file names; empty where it only adds components or targets to any."""
    name = file.relative_to(checkout)
    text = files.read_text(checkout, file).strip()
    if file.suffix != ".toml" and "[" not in text:
        channel = text
    else:
        try:
            table = tomllib.loads(text).get("toolchain", {})
            if table and table.keys().isdisjoint({"channel", "path"}):
                return ""
            channel = table.get("channel", "")
        except (tomllib.TOMLDecodeError, AttributeError) as error:
            raise BadInput(
                f"`{name}` is not a toolchain file: {error}.", "Mend it or set the input `toolchain`."
            ) from error
    if not isinstance(channel, str) or not CHANNEL.match(channel):
        raise BadInput(
            f"`{name}` names no channel that can be used: {channel!r}.",
            "Name a channel such as `1.95` or `stable` in it, or set the input `toolchain`.",
        )
    return channel


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
            f"rustup could not install the toolchain {channel} ({origin}): {answer.last_lines(3)}", remedy
        )
