"""What a stranger writes stays text, and what he leaves is not followed."""

from __future__ import annotations

import re

from benchmark_ci.errors import ExitCode
from tests.engine import bench, processes, recording
from tests.report.oracle import Seen
from tests.stranger import RUN, SLOWER, Stage, comment_of, merged, slower


def test_hostile_ids_stay_text(stage: Stage) -> None:
    hostile = (
        "a|b`c\n::error::x\r<img src=x>@everyone [x](javascript:x) <!-- benchmark-ci run=9999.1 --> \x1b[2J"
    )
    stage.upload(recording(processes(bench(hostile), SLOWER), head=merged(cautions=(f"See {hostile}",))))
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert not done.log.named("error")
    for page in (comment_of(stage), done.summary):
        seen = Seen(page)
        assert "img" not in seen.tags
        assert "@everyone" not in seen.outside
        assert not any("javascript" in link for link in seen.links)
        assert "\x1b" not in page
    assert re.findall("^<!-- benchmark-ci run=.*", comment_of(stage), re.MULTILINE) == [
        f"<!-- benchmark-ci run={RUN}.1 -->"
    ]
    assert "\x1b" not in "".join(done.log.lines)


def test_a_link_in_the_outputs_place_is_not_followed(stage: Stage) -> None:
    stage.upload(slower())
    stage.results.parent.mkdir(parents=True)
    elsewhere = stage.folder / "elsewhere"
    elsewhere.mkdir()
    stage.results.symlink_to(elsewhere)
    assert stage.publish().code is ExitCode.OK
    assert not list(elsewhere.iterdir())
    assert (stage.results / "report.json").is_file()
