"""Answers of the results service, in either spelling; private to its reader."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.aliases import AliasChoices

Int64 = Annotated[int, BeforeValidator(lambda value: int(value) if isinstance(value, str) else value)]
Id = Annotated[str, BeforeValidator(str)]


def _either(name: str) -> AliasChoices:
    return AliasChoices(name, to_camel(name))


class Message(BaseModel):
    """Known fields are strict, unknown ones ignored, absent ones are proto3 defaults."""

    model_config = ConfigDict(extra="ignore", alias_generator=AliasGenerator(validation_alias=_either))


class Answer(Message):
    """What every call answers; listing and signing have no `ok` and are always fine."""

    ok: bool = True


class Created(Answer):
    """To CreateArtifact."""

    ok: bool = False
    signed_upload_url: str = ""


class Finalized(Answer):
    """To FinalizeArtifact."""

    ok: bool = False
    artifact_id: Id = ""


class Deleted(Answer):
    """To DeleteArtifact."""

    ok: bool = False


class SignedUrl(Answer):
    """To GetSignedArtifactURL."""

    signed_url: str = ""


class Listed(Message):
    """One finished artifact of the run."""

    workflow_run_backend_id: str
    workflow_job_run_backend_id: str
    name: str
    database_id: Id = ""
    size: Int64 = 0
    created_at: str = ""
    digest: str = ""


class Listing(Answer):
    """To ListArtifacts."""

    artifacts: tuple[Listed, ...] = ()
