"""Which two commits an event means, as requests that `resolve.py` carries out. Pure."""

from __future__ import annotations

from benchmark_ci.model import Event, MergeGroup, Noun, PullRequest

LATEST_RELEASE = "latest-release"


class CheckedOut(Noun):
    """The commit that is checked out."""


class Exactly(Noun):
    """A commit by its SHA, where it still exists."""

    sha: str


class Named(Noun):
    """A branch, tag or SHA that a person or the event named."""

    ref: str
    must_exist: bool = False  # a person named it: nothing else will do


class Tip(Noun):
    """The tip of a branch; the default branch when it is empty."""

    branch: str


class FirstParent(Noun):
    """The first parent of current; with `of_merge_with`, only when current merges just that commit."""

    of_merge_with: str = ""


class MergeBase(Noun):
    """Where current left a branch; the default branch when it is empty."""

    branch: str


class LatestRelease(Noun):
    """The newest stable version tag that is earlier than `tag`, or than current's own."""

    tag: str | None = None


Request = CheckedOut | Exactly | Named | Tip | FirstParent | MergeBase | LatestRelease


class Wanted(Noun):
    """A request, what a person calls its commit ("": by the ref's own name), and why it is wanted."""

    request: Request
    what: str
    why: str


class Choice(Noun):
    """What to compare: current, and the baselines that come into question, best first."""

    current: Wanted
    baselines: tuple[Wanted, ...]
    head_sha: str | None = None  # of a pull request


def choose(baseline_ref: str, event: Event, ref: str, sha: str, checked_out: str) -> Choice:
    """What an event means. `ref` and `sha` are the job's, `checked_out` is the commit in the workspace."""
    if event.pull_request:
        choice = _pull_request(event, event.pull_request, checked_out == sha)
    elif event.merge_group:
        choice = _merge_group(event.merge_group)
    elif event.tag or (event.name == "push" and ref.startswith("refs/tags/")):
        choice = _release(event, event.tag or ref.removeprefix("refs/tags/"))
    elif event.name == "push":
        choice = _push(event, ref.removeprefix("refs/heads/"))
    else:
        what = "" if checked_out != sha else ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        choice = Choice(current=_checked_out(what or "checked-out commit"), baselines=(_default_tip(event),))
    if not baseline_ref:
        return choice
    return choice.model_copy(update={"baselines": (asked_for(baseline_ref),)})


def _pull_request(event: Event, pull_request: PullRequest, is_event_commit: bool) -> Choice:
    """The merge commit and its base; or the head and where it left the base branch."""
    number, into, head = pull_request.number, pull_request.base_ref, pull_request.head_sha
    merge = f"merge of pull request #{number} into {into}"
    base = "the exact base that the pull request was merged with"
    left = Wanted(
        request=MergeBase(branch=into),
        what=f"merge base with {into}",
        why=f"the commit where the pull request left {into}",
    )
    if (
        event.name == "pull_request_target" and is_event_commit
    ):  # the base was checked out, not the pull request
        current = Wanted(request=Exactly(sha=head), what=f"head of pull request #{number}", why="")
        return Choice(current=current, baselines=(left,), head_sha=head)
    parent = FirstParent(of_merge_with="" if is_event_commit else head)
    return Choice(
        current=_checked_out(merge if is_event_commit else f"pull request #{number}"),
        baselines=(Wanted(request=parent, what=into, why=base), left),
        head_sha=head,
    )


def _merge_group(group: MergeGroup) -> Choice:
    """The group on what it will be merged into: what is queued before it is in both sides."""
    into = group.base_ref
    base = Wanted(
        request=Exactly(sha=group.base_sha),
        what=f"{into} with what is queued before",
        why="the commit that the merge group is built on",
    )
    parent = Wanted(request=FirstParent(), what=into, why="the merge group's first parent")
    return Choice(current=_checked_out(f"merge group for {into}"), baselines=(base, parent))


def _release(event: Event, tag: str) -> Choice:
    earlier = Wanted(request=LatestRelease(tag=tag), what="", why=f"the newest stable release before {tag}")
    parent = Wanted(request=FirstParent(), what=f"parent of {tag}", why=f"the first parent of {tag}")
    return Choice(
        current=Wanted(request=Named(ref=f"refs/tags/{tag}"), what="", why=""),
        baselines=(earlier,) if event.tag else (earlier, parent),  # a release wants a release
    )


def _push(event: Event, branch: str) -> Choice:
    parent = Wanted(request=FirstParent(), what=f"parent on {branch}", why="the pushed commit's first parent")
    if branch == event.default_branch:
        before = Wanted(
            request=Exactly(sha=event.before or ""),
            what=f"{branch} before this push",
            why="the commit before this push",
        )
        baselines = (*((before,) if event.before else ()), parent, _default_tip(event))
    else:
        into = event.default_branch or "the default branch"
        left = Wanted(
            request=MergeBase(branch=event.default_branch),
            what=f"merge base with {into}",
            why=f"the commit where {branch} left {into}",
        )
        baselines = (left, parent)
    return Choice(current=_checked_out(branch), baselines=baselines)


def _checked_out(what: str) -> Wanted:
    return Wanted(request=CheckedOut(), what=what, why="the commit that is checked out")


def _default_tip(event: Event) -> Wanted:
    return Wanted(request=Tip(branch=event.default_branch), what="", why="the default branch's tip")


def asked_for(baseline_ref: str) -> Wanted:
    """What a person named as the baseline."""
    if baseline_ref == LATEST_RELEASE:
        return Wanted(request=LatestRelease(), what="", why="the latest release, as asked for")
    return Wanted(request=Named(ref=baseline_ref, must_exist=True), what="", why="as asked for")
