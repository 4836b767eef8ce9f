"""The open texts of an editor: the newest state of each is judged, and what is stale is dropped."""

import io
import json

from symconv.editors import limited_input
from symconv.editors.findings import (
    ERROR,
    JudgedText,
    JudgeTask,
    TextFinding,
    TextPosition,
    TextRange,
)
from symconv.editors.limited_input import LimitedInput
from symconv.editors.session import Cell, OpenText, Session, name_file, write_notebook

WHERE = TextRange(TextPosition(0, 0), TextPosition(0, 5))
BRIEF = TextFinding(WHERE, ERROR, "wrong", "wrong", statement="a = b")
LONG = TextFinding(WHERE, ERROR, "sign", "wrong: sign", statement="a = b")


class Timers:
    """Things that are to be done later; `ring` does those that were not called off."""

    def __init__(self):
        self.waiting = {}

    def later(self, _seconds, work):
        number = len(self.waiting)
        self.waiting[number] = work
        return type("Handle", (), {"cancel": lambda _: self.waiting.update({number: None})})()

    def ring(self):
        for work in [w for w in self.waiting.values() if w]:
            work()
        self.waiting = dict.fromkeys(self.waiting)


class Asked:
    """Judges who write down what they were asked for."""

    def __init__(self):
        self.tasks, self.forgotten = [], []

    def submit(self, task):
        self.tasks.append(task)

    def forget(self, address):
        self.forgotten.append(address)


def begin():
    asked, timers, shown = Asked(), Timers(), []
    session = Session(
        [asked], lambda opened, found: shown.append((opened.text, found)), timers.later
    )
    return session, asked, timers, shown


def text(said):
    return OpenText("a", "a.md", said)


def test_an_opened_text_is_judged_at_once_and_a_changed_one_after_a_pause():
    session, asked, timers, _ = begin()
    session.open(text("1"))
    for said in "23456789":
        session.change(text(said))
    assert [t.text for t in asked.tasks] == ["1"]
    timers.ring()
    assert [t.text for t in asked.tasks] == ["1", "9"]


def test_findings_on_an_earlier_state_are_dropped():
    session, asked, timers, shown = begin()
    session.open(text("1"))
    session.change(text("2"))
    timers.ring()
    first, second = asked.tasks
    session.take(first, JudgedText((BRIEF,)), explained=False)
    assert shown == []
    session.take(second, JudgedText((BRIEF,)), explained=False)
    assert shown == [("2", (BRIEF,))]
    session.change(text("3"))
    assert session.find("a", 0, TextPosition(0, 2)) == []


def test_reasons_follow_as_a_second_message_and_are_not_taken_back():
    session, asked, timers, shown = begin()
    session.open(text("1"))
    session.take(asked.tasks[0], JudgedText((BRIEF,)), explained=False)
    session.take(asked.tasks[0], JudgedText((LONG,)), explained=True)
    session.take(asked.tasks[0], JudgedText((BRIEF,)), explained=False)
    assert [found for _, found in shown] == [(BRIEF,), (LONG,)]
    session.change(text("2"))
    timers.ring()
    session.take(asked.tasks[1], JudgedText((BRIEF,)), explained=False)
    assert shown[-1] == ("2", (LONG,)), "the statement is the same, and so is what is wrong with it"


def test_a_closed_text_is_forgotten():
    session, asked, timers, shown = begin()
    session.open(text("1"))
    session.change(text("2"))
    session.close("a")
    timers.ring()
    session.take(asked.tasks[0], JudgedText((BRIEF,)), explained=True)
    assert (len(asked.tasks), asked.forgotten, shown) == (1, ["a"], [("2", ())])


def test_options_that_change_have_all_texts_judged_again():
    session, asked, _, _ = begin()
    session.open(text("1"))
    session.judge_again()
    assert [t.version for t in asked.tasks] == [1, 2]


def test_cells_are_judged_as_the_notebook_that_they_are():
    session, asked, _, _ = begin()
    cells = (
        Cell("u", "input x 3 | relu -> y | sse t -> C", tags=("symconv",)),
        Cell("v", "a\r\nb"),
    )
    session.open(OpenText("n", "n.ipynb", "", cells))
    (task,) = asked.tasks
    assert isinstance(task, JudgeTask)
    assert task.cells
    assert task.text == write_notebook(cells)
    assert [c["source"] for c in json.loads(task.text)["cells"]] == [cells[0].text, "a\nb"]


def test_files_are_read_by_their_names_and_else_by_the_editors_word():
    assert name_file("/a/b.tex", "markdown") == "/a/b.tex"
    assert name_file("/a/b.unknown", "latex") == "/a/b.tex"
    assert name_file(None, "markdown") == "untitled.md"
    assert name_file("/a/b.py", "python") == ""


def test_no_message_is_larger_than_a_text_may_be(monkeypatch):
    monkeypatch.setattr(limited_input, "MOST_MESSAGE", 10)
    monkeypatch.setattr(limited_input, "PART", 4)
    source = LimitedInput(io.BytesIO(b"x" * 25 + b"next"))
    assert source.read(25) == b"{}"
    assert source.read(4) == b"next"
    assert source.read(10**15) == b""
    assert len(LimitedInput(io.BytesIO(b"y" * 50_000)).readline()) <= limited_input.MOST_HEADER
