"""Who we are to the artifact service: two ids in the runtime token."""

from __future__ import annotations

import base64
import json

from pydantic import SecretStr

from benchmark_ci.model import Noun


class Backend(Noun):
    """The service's own ids of our run and of our job."""

    run_id: str
    job_id: str


def backend_of(token: SecretStr) -> Backend:
    """Read the ids from the token, a JWT whose signature is the server's business.

    Raises ValueError, whose text holds nothing of the token.
    """
    try:
        payload = token.get_secret_value().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        scopes = [scope.split(":") for scope in str(claims["scp"]).split(" ")]
    except (IndexError, KeyError, TypeError, ValueError):
        raise ValueError("the runtime token is not of the known form") from None
    for scope in scopes:
        if len(scope) == 3 and scope[0] == "Actions.Results" and scope[1] and scope[2]:
            return Backend(run_id=scope[1], job_id=scope[2])
    raise ValueError("the runtime token does not allow artifacts")
