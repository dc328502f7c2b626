"""What a child sees of the environment: an allow-list on GitHub, the user's own on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TRUST_STORES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CARGO_HTTP_CAINFO",
    "GIT_SSL_CAINFO",
    "CURL_CA_BUNDLE",
)
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

FIXED = {
    "CARGO_TERM_COLOR": "never",
    "CARGO_INCREMENTAL": "0",
    "CI": "true",
    "LANG": "C.UTF-8",
    "RUST_BACKTRACE": "0",  # the last lines of what failed shall say why
    "TERM": "dumb",
}
"""The same for every build and benchmark, wherever it runs."""

STEERING = ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CRITERION_HOME", "CARGO_CRITERION_PORT", "RUSTC")
SECRET_PREFIXES = ("ACTIONS_", "GITHUB_", "INPUT_", "RUNNER_", "CARGO_REGISTRY_TOKEN", "CARGO_REGISTRIES_")


def for_our_programs(environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """The environment of a program that we start as ourselves (apt, rustup): nothing that an earlier step of
    the job left behind counts, but for proxies and trust stores.
    """
    listed = (*TRUST_STORES, *PROXIES)
    kept = {name: environ[name] for name in listed if name in environ}
    return {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8"} | kept | more


def behind_the_wall(
    environ: Mapping[str, str], passed_on: tuple[str, ...], home: Path, toolchain_bin: Path
) -> dict[str, str]:
    """The environment of builds and benchmarks on GitHub: nothing that is not listed here.

    `passed_on` are the names that the user's input `environment` lists.
    """
    listed = (*TRUST_STORES, *PROXIES, *passed_on)
    return (
        {name: environ[name] for name in listed if name in environ}
        | FIXED
        | {
            "HOME": str(home / "home"),
            "TMPDIR": str(home / "tmp"),
            "CARGO_HOME": str(home / "cargo"),
            "CARGO": str(toolchain_bin / "cargo"),
            "RUSTC": str(toolchain_bin / "rustc"),
            "RUSTDOC": str(toolchain_bin / "rustdoc"),
            "PATH": f"{toolchain_bin}:{SYSTEM_PATH}",
        }
    )


def on_a_terminal(environ: Mapping[str, str], toolchain_bin: Path) -> dict[str, str]:
    """The environment of builds and benchmarks on the user's own machine: theirs, without what steers cargo
    into another folder, and without tokens that a CI job may hold.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name not in STEERING and not name.startswith(SECRET_PREFIXES)
    }
    return (
        kept
        | FIXED
        | {
            "CARGO": str(toolchain_bin / "cargo"),
            "PATH": f"{toolchain_bin}:{environ.get('PATH', SYSTEM_PATH)}",
        }
    )
