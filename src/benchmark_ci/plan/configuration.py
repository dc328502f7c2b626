"""Which `benchmark-ci.toml` counts, and what a reader must know of it.

Current's counts, since a change to the limits comes with the change that needs it; except on a fork's pull
request, where a stranger could loosen the gate that judges him: there it is baseline's.
"""

from __future__ import annotations

from benchmark_ci.config.difference import difference
from benchmark_ci.config.document import MOST_BYTES
from benchmark_ci.config.read import read_config
from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.model import Commit, Config, Plan, Settings, Side
from benchmark_ci.plan.store import Store


def with_config(plan: Plan, settings: Settings, store: Store, *, from_fork: bool) -> Plan:
    """The plan with the rules of the file that counts, and a caution where the other side's differs.

    Raises BadInput, with every problem of the file, or when a file that was asked for is not there.
    """
    counts, other = (Side.BASELINE, Side.CURRENT) if from_fork else (Side.CURRENT, Side.BASELINE)
    config = _read(plan, counts, settings, store)
    difference = "" if plan.same else _difference(config, plan, other, settings, store)
    if config is None and "config" in settings.model_fields_set and not (from_fork and difference):
        raise BadInput(
            f"Input `config`: there is no file `{settings.config}` in {counts} "
            f"({_commit(plan, counts).sha[:12]}).",
            "Name a file that is committed, relative to the repository's root, or leave the input out.",
        )
    cautions = (*plan.cautions, *([difference] if difference else []))
    return plan.model_copy(update={"config": config, "cautions": cautions})


def effective(settings: Settings, config: Config | None) -> Settings:
    """The settings with the file's threshold, where no input or variable gave one."""
    if config is None or config.threshold_percent is None or "threshold_percent" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"threshold_percent": config.threshold_percent})


def _commit(plan: Plan, side: Side) -> Commit:
    return plan.baseline if side is Side.BASELINE else plan.current


def _read(plan: Plan, side: Side, settings: Settings, store: Store) -> Config | None:
    raw = store.read(_commit(plan, side).sha, settings.config, MOST_BYTES)
    return None if raw is None else read_config(raw, settings.config, side)


def _difference(config: Config | None, plan: Plan, other: Side, settings: Settings, store: Store) -> str:
    """What to say where the other side's file says something else; comments and order say nothing."""
    counts = Side.CURRENT if other is Side.BASELINE else Side.BASELINE
    file, broken, changes = f"`{settings.config}`", "", ""
    try:
        theirs = _read(plan, other, settings, store)
    except BadInput as bad:
        theirs = None
        broken = (bad.problems[0] if isinstance(bad, BadInputs) else bad).message
    if broken:
        what = broken.rstrip(".")
    elif config is None and theirs is None:
        return ""
    elif config is None or theirs is None:
        what = f"{file} is only in {other if config is None else counts}"
    else:
        sides = (config, theirs) if counts is Side.BASELINE else (theirs, config)
        changes = difference(*sides)
        if not changes:
            return ""
        what = f"{file} differs between baseline and current"
    used = f"no {file} was used" if config is None else f"{counts}'s was used"
    why = ", as on every pull request of a fork" if counts is Side.BASELINE else ""
    return f"{what}; {used}{why}." + (f" Changes: {changes}." if changes else "")
