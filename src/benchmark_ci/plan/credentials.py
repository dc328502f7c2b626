"""What may be shown to a git server, in the order in which it is tried."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from benchmark_ci.model import Noun
from benchmark_ci.plan.git import Git


class Credential(Noun):
    """An HTTP header for one server, or none at all."""

    called: str
    url: str = ""  # the header goes to addresses that begin with this
    header: SecretStr = SecretStr("")

    def environment(self) -> dict[str, str]:
        """Git configuration by environment: everyone can read a command line.

        The empty value first takes away headers that another configuration may have set, since a request
        with two is refused.
        """
        header = self.header.get_secret_value()
        if not header:
            return {}
        key = f"http.{self.url}.extraheader"
        return {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": key,
            "GIT_CONFIG_VALUE_0": "",
            "GIT_CONFIG_KEY_1": key,
            "GIT_CONFIG_VALUE_1": header,
        }


ANONYMOUS = Credential(called="no credentials")


def credentials(
    git: Git, checkout: Path, url: str, server_url: str, token: SecretStr
) -> tuple[Credential, ...]:
    """Token, then what actions/checkout left in the repository's configuration, then nothing.

    The token is for the job's own server: an address in a configuration that strangers may have written
    does not get it. A path or file address needs none.
    """
    if not url.startswith(("http://", "https://")):
        return (ANONYMOUS,)
    found = []
    if token.get_secret_value() and server_url and origin_of(url) == origin_of(server_url):
        found.append(
            Credential(called="the token", url=origin_of(url), header=_basic("x-access-token", token))
        )
    # `git config` reads includes (where checkout v6 keeps its header) and starts nothing
    kept = git.perhaps("config", "--get-urlmatch", "http.extraheader", url, cwd=checkout)
    if kept and "\n" not in kept:
        found.append(
            Credential(
                called="the credentials of actions/checkout", url=origin_of(url), header=SecretStr(kept)
            )
        )
    parts = urlsplit(url)
    if parts.password:  # an address that holds its own
        header = _basic(unquote(parts.username or ""), SecretStr(unquote(parts.password)))
        found.append(Credential(called="the remote address's", url=origin_of(url), header=header))
    return (*found, ANONYMOUS)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, with a slash; never what stands before an `@`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/".lower()


def without_secrets(url: str) -> str:
    """An address without user and password."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _basic(user: str, password: SecretStr) -> SecretStr:
    pair = f"{user}:{password.get_secret_value()}".encode()
    return SecretStr(f"AUTHORIZATION: basic {base64.b64encode(pair).decode()}")
