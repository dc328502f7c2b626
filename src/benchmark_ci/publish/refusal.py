"""What GitHub did not accept, as a value: publishing trouble never stops or changes a verdict."""

from __future__ import annotations

from typing import Literal

from benchmark_ci.model import Noun


class Refusal(Noun):
    """Something that could not be published."""

    what: str  # "The pull request comment was not posted"
    why: str  # the cause alone, so that two refusals of one cause can be told to be one
    remedy: str = ""
    level: Literal["warning", "notice"] = "warning"  # notice: to be expected here, nobody has to act
    repeats: bool = False  # the next call to the same service would be refused the same way

    @property
    def sentence(self) -> str:
        """Everything on one line."""
        return f"{self.what}: {self.why}. {self.remedy}".strip()
