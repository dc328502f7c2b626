from __future__ import annotations

import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.model import Annotation
from benchmark_ci.publish.neutral import LINE_CHARACTERS, child_lines, own_lines
from benchmark_ci.publish.volume import Volume
from benchmark_ci.publish.workflow import WorkflowVoice, command
from tests.doubles.runner_grammar import StepLog, read_command, split_lines

ATTACKS = [
    "::set-env name=X::y",
    "::set-output name=regressed::false",
    "::add-mask::1",
    "::add-matcher::m.json",
    "::stop-commands::t",
    "   ::error::x",
    "text ##[error]x mid-line",
    "##[set-env name=X]y",
    "#\x00#[error]x",
    "##\u200b[error]x",
    "##\x1b[0m[error]x",
    "\x1b[0m::error::x",
]


def read(stream: io.BytesIO) -> StepLog:
    log = StepLog()
    for line in split_lines(stream.getvalue().decode()):
        log.feed(line)
    return log


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("before", ["", "harmless\r", "harmless\r\n", "\x85"])
def test_no_line_of_a_child_is_a_command(attack: str, before: str) -> None:
    assert all(read_command(line) is None for line in child_lines(before + attack))


@given(st.text(alphabet=st.characters(), max_size=60).map(lambda t: t + "::error::x") | st.text())
def test_whatever_a_child_prints_is_no_command(text: str) -> None:
    for line in [*child_lines(text), *own_lines(text)]:
        assert split_lines(line) in ([line], [])
        assert read_command(line) is None


def test_the_second_layer_alone_holds_too() -> None:
    """While a child's lines are shown the runner takes no commands, and takes ours again afterwards."""
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    with voice.group("Building"):
        voice.child_line("compiling")
        stream.write(b"::error::as if the first layer had failed\n")
        voice.child_line("done")
    voice.warn("ours")
    log = read(stream)
    assert [c.name for c in log.commands] == ["group", "stop-commands", "endgroup", "warning"]
    assert not log.failures


def test_each_stop_has_its_own_token() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    for _ in range(3):
        voice.child_line("x")
        voice.notice(f"{stream.tell()}")
    tokens = [c.data for c in read(stream).named("stop-commands")]
    assert len(set(tokens)) == 3
    assert all(len(token) >= 32 for token in tokens)


def test_a_long_line_is_cut_and_says_so() -> None:
    (line,) = child_lines("x" * 10_000_000)
    assert len(line) < LINE_CHARACTERS + 50
    assert "9998000 more characters" in line


def test_endless_output_is_bounded_and_says_so() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream, volume=Volume(per_section=1000, total=1500))
    for _ in range(2):
        with voice.group("Bench"):
            for _ in range(10_000):
                voice.child_line("flood")
    text = stream.getvalue().decode()
    assert len(text) < 3000
    assert text.count("left out)") == 4  # where it begins, and how much it was


def test_escapes_and_controls_are_dropped_but_text_stays() -> None:
    assert child_lines("\x1b[1;31merror\x1b[0m: \tü \x1b]8;;http://x\x07link\x9b2J\x08\u202e") == [
        "│ error: \tü link"
    ]


def test_a_warning_is_given_once_per_text() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    for _ in range(3):
        voice.warn("the service is down: 100%, really\nsecond line")
    (warning,) = read(stream).named("warning")
    assert warning.data == "the service is down: 100%, really\nsecond line"


def test_annotations_keep_within_what_the_runner_shows() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    for number in range(40):
        voice.annotate(Annotation(level="error", title=f"a:b,c {number}", message="m" * 9000))
        voice.annotate(Annotation(level="warning", title="t", message=f"{number}"))
    voice.error(BadInput("Last.", "Do this."))
    log = read(stream)
    errors = log.named("error")
    assert len(errors) == 10
    assert len(log.named("warning")) == 10
    assert errors[0].properties["title"] == "a:b,c 0"
    assert all(len(error.data) <= 4096 for error in errors)
    assert errors[-1].data == "Last.\nDo this."


def test_there_is_one_error() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    voice.error(BadInputs([BadInput("`threshold` is 0.", "Use 10."), BadInput("`mode` is x.")]))
    voice.error(BadInput("Another."))
    (error,) = read(stream).named("error")
    assert error.data == "`threshold` is 0. Use 10.\n`mode` is x."
    assert "Another." in stream.getvalue().decode()


def test_masking_spares_short_words() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    voice.mask("1")
    voice.mask("a long%secret")
    assert [c.data for c in read(stream).named("add-mask")] == ["a long%secret"]


def test_our_own_words_may_hold_a_strangers_name() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    voice.say("::error::x\n  ::warning::x\nall ##[group]well")
    voice.progress(1, 2, "\r::error::x")
    assert read(stream).commands == []


def test_groups_do_not_nest() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    with voice.group("outer\nline"), voice.group("inner"):
        voice.say("x")
    assert stream.getvalue().decode().splitlines() == ["::group::outer line", "inner", "x", "::endgroup::"]


def test_progress_is_a_line_now_and_then() -> None:
    stream, now = io.BytesIO(), [0.0]
    voice = WorkflowVoice(stream, clock=lambda: now[0])
    for second in range(60):
        now[0] = second
        voice.progress(second, 60, "parse/small")
    lines = stream.getvalue().decode().splitlines()
    assert len(lines) == 6
    assert lines[1] == "10 of 60 decided; parse/small"


def test_threads_do_not_mix_their_lines() -> None:
    stream = io.BytesIO()
    voice = WorkflowVoice(stream)
    threads = [threading.Thread(target=_chatter, args=(voice, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = read(stream)
    assert len(log.named("notice")) == 10
    assert not log.failures


def _chatter(voice: WorkflowVoice, number: int) -> None:
    for count in range(50):
        voice.child_line(f"child {number}")
        voice.notice(f"{number}.{count}")


@given(st.text(), st.text(min_size=1).filter(lambda t: t.strip() == t and "\r" not in t))
def test_escaping_comes_back(data: str, title: str) -> None:
    found = read_command(command("notice", data, title=title))
    assert found is not None
    assert (found.data, found.properties) == (data, {"title": title})
