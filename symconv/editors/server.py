"""The language server: what an editor says is done, and what is found is said to it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from symconv import __version__

from .findings import ERROR, INFORMATION, WARNING, JudgedText, JudgeTask, TextFinding
from .foreman import Foreman, Told
from .limited_input import LimitedInput
from .session import NOTEBOOK, Cell, Judges, OpenText, Session, name_file
from .wording import describe_in_markdown, find_position, place_range

SEVERITIES = {
    ERROR: lsp.DiagnosticSeverity.Error,
    WARNING: lsp.DiagnosticSeverity.Warning,
    INFORMATION: lsp.DiagnosticSeverity.Information,
}
NAME = "symconv"
TITLE = "Replace by the correct formula: {}"
LONGEST_TITLE = 80
"""How many characters of a formula the title of a menu shows."""

OPTION_FILES = "**/{symconv.toml,pyproject.toml}"
WATCHING = "symconv-options"


class FormulaServer(LanguageServer):
    """A language server that judges formulas; what is wrong with a message goes into its log."""

    def report_server_error(self, error: Exception, _source: Any) -> None:
        """A message that is none is passed over, and the server goes on."""
        said = f"a message was not understood: {type(error).__name__}"
        self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, said))


class EditorDesk:
    """Answers the messages of one editor. `employ` finds who judges, with reasons or without."""

    def __init__(self, server: FormulaServer, employ: Callable[[bool, Told], Judges]) -> None:
        self.server = server
        self.notebooks: dict[str, str] = {}
        """The notebook of a cell, by their addresses."""
        self.foremen = [
            employ(wanted, self.hand_over(explained=wanted)) for wanted in (False, True)
        ]
        self.session = Session(self.foremen, self.publish, self.later)

    def hand_over(self, *, explained: bool) -> Told:
        """What brings findings from the thread of a foreman to that of the server."""

        def tell(task: JudgeTask, judged: JudgedText) -> None:
            self.loop.call_soon_threadsafe(
                lambda: self.session.take(task, judged, explained=explained)
            )

        return tell

    def start(self, _params: Any) -> None:
        """The editor is there: the judges begin."""
        self.loop = asyncio.get_running_loop()
        for foreman in self.foremen:
            foreman.start()

    def stop(self, _params: Any = None) -> None:
        """The editor goes."""
        for foreman in self.foremen:
            foreman.close()

    def watch_options(self, _params: Any) -> None:
        """Ask to be told when the options of a project change, of an editor that can."""
        workspace = self.server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched is None or not watched.dynamic_registration:
            return
        options = lsp.DidChangeWatchedFilesRegistrationOptions(
            [lsp.FileSystemWatcher(OPTION_FILES)]
        )
        method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        wanted = lsp.Registration(WATCHING, method, options)
        self.server.client_register_capability(lsp.RegistrationParams([wanted]))

    def later(self, seconds: float, work: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, work)

    def open_text(self, params: lsp.DidOpenTextDocumentParams) -> None:
        found = params.text_document
        file = name_file(_find_path(found.uri), found.language_id)
        if file:
            self.session.open(OpenText(found.uri, file, found.text))

    def change_text(self, params: lsp.DidChangeTextDocumentParams) -> None:
        address = params.text_document.uri
        state = self.session.texts.get(address)
        if state is not None:
            text = self.server.workspace.get_text_document(address).source
            self.session.change(OpenText(address, state.opened.file, text))

    def close_text(self, params: lsp.DidCloseTextDocumentParams) -> None:
        self.session.close(params.text_document.uri)

    def read_notebook(self, address: str) -> OpenText | None:
        """The state of a notebook; None where it is none."""
        notebook = self.server.workspace.get_notebook_document(notebook_uri=address)
        if notebook is None:
            return None
        cells = tuple(
            Cell(
                cell.document,
                self.server.workspace.get_text_document(cell.document).source,
                "code" if cell.kind == lsp.NotebookCellKind.Code else "markdown",
                _list_tags(cell.metadata),
            )
            for cell in notebook.cells
        )
        self.notebooks |= {cell.address: address for cell in cells}
        path = _find_path(address) or "untitled"
        file = path if path.endswith(NOTEBOOK) else f"{path}{NOTEBOOK}"
        return OpenText(address, file, "", cells)

    def open_notebook(self, params: lsp.DidOpenNotebookDocumentParams) -> None:
        found = self.read_notebook(params.notebook_document.uri)
        if found is not None:
            self.session.open(found)

    def change_notebook(self, params: lsp.DidChangeNotebookDocumentParams) -> None:
        found = self.read_notebook(params.notebook_document.uri)
        if found is not None:
            before = self.session.texts.get(found.address)
            gone = {c.address for c in before.opened.cells} if before else set()
            for address in gone - {c.address for c in found.cells}:
                self.show(address, [])
            self.session.change(found)

    def close_notebook(self, params: lsp.DidCloseNotebookDocumentParams) -> None:
        self.session.close(params.notebook_document.uri)

    def judge_again(self, _params: Any) -> None:
        self.session.judge_again()

    @property
    def encoding(self) -> str:
        """The units in which the editor counts columns."""
        found = self.server.workspace.position_encoding
        return str(getattr(found, "value", found) or "utf-16")

    def publish(self, opened: OpenText, findings: tuple[TextFinding, ...]) -> None:
        """Underline what is found: in a text, or in each cell of a notebook."""
        addresses = [c.address for c in opened.cells] or [opened.address]
        for number, address in enumerate(addresses, 1 if opened.cells else 0):
            shown = [self.diagnose(opened, f) for f in findings if f.severity and f.cell == number]
            whole = [f for f in findings if f.severity and not f.cell] if number == 1 else []
            self.show(address, [*(self.diagnose(opened, f) for f in whole), *shown])

    def show(self, address: str, found: list[lsp.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(address, found))

    def diagnose(self, opened: OpenText, finding: TextFinding) -> lsp.Diagnostic:
        """A finding as the protocol has it."""
        return lsp.Diagnostic(
            range=self.place(opened, finding.cell, finding.where),
            message=finding.message,
            severity=SEVERITIES[finding.severity],
            code=finding.code,
            source=NAME,
        )

    def place(self, opened: OpenText, cell: int, where: Any) -> lsp.Range:
        """A range in the units of the editor."""
        start, stop = place_range(opened.find_lines(cell), where, self.encoding)
        return lsp.Range(lsp.Position(*start), lsp.Position(*stop))

    def look_up(
        self, address: str, position: lsp.Position
    ) -> tuple[OpenText | None, list[TextFinding]]:
        """The open text that an address belongs to, and the findings at a position in it."""
        state = self.session.texts.get(self.notebooks.get(address, address))
        if state is None:
            return None, []
        opened = state.opened
        cells = [c.address for c in opened.cells]
        number = cells.index(address) + 1 if address in cells else 0
        lines = opened.find_lines(number)
        at = find_position(lines, position.line, position.character, self.encoding)
        return opened, self.session.find(opened.address, number, at)

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        """What is said of the statement at a place: how it was read, why, what is correct."""
        opened, found = self.look_up(params.text_document.uri, params.position)
        if opened is None or not found:
            return None
        said = describe_in_markdown([f.details for f in found])
        return lsp.Hover(
            lsp.MarkupContent(lsp.MarkupKind.Markdown, said),
            self.place(opened, found[0].cell, found[0].where),
        )

    def list_actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """What can be put in place of the statement at a place."""
        address = params.text_document.uri
        opened, found = self.look_up(address, params.range.start)
        return [
            lsp.CodeAction(
                title=TITLE.format(_shorten(f.correction.text)),
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self.diagnose(opened, f)],
                is_preferred=True,
                edit=lsp.WorkspaceEdit(
                    changes={
                        address: [
                            lsp.TextEdit(
                                self.place(opened, f.cell, f.correction.where), f.correction.text
                            )
                        ]
                    }
                ),
            )
            for f in found
            if opened is not None and f.correction is not None
        ]


def _find_path(address: str) -> str | None:
    """The path of a file's address; None for what is no file."""
    try:
        found = urlsplit(address)
    except ValueError:
        return None
    path = unquote(found.path)
    return path if found.scheme == "file" and path and "\0" not in path else None


def _list_tags(metadata: Any) -> tuple[str, ...]:
    """The tags of a cell, which some editors keep a floor deeper."""
    for found in (metadata, metadata.get("metadata") if isinstance(metadata, dict) else None):
        tags = found.get("tags") if isinstance(found, dict) else getattr(found, "tags", None)
        if isinstance(tags, list | tuple):
            return tuple(str(t) for t in tags)
    return ()


def _shorten(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= LONGEST_TITLE else f"{joined[:LONGEST_TITLE]} ..."


def build_server(
    employ: Callable[[bool, Told], Judges] = Foreman,
) -> tuple[FormulaServer, EditorDesk]:
    """A server with all that it answers."""
    cells = lsp.NotebookCellLanguage("markdown")
    server = FormulaServer(
        NAME,
        __version__,
        # A whole text each time: what lines are is told apart by editors and Python's splitlines.
        text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
        notebook_document_sync=lsp.NotebookDocumentSyncOptions(
            [lsp.NotebookDocumentFilterWithNotebook("jupyter-notebook", [cells])]
        ),
    )
    desk = EditorDesk(server, employ)
    answers: dict[str, Callable[[Any], Any]] = {
        lsp.INITIALIZE: desk.start,
        lsp.INITIALIZED: desk.watch_options,
        lsp.SHUTDOWN: desk.stop,
        lsp.TEXT_DOCUMENT_DID_OPEN: desk.open_text,
        lsp.TEXT_DOCUMENT_DID_CHANGE: desk.change_text,
        lsp.TEXT_DOCUMENT_DID_CLOSE: desk.close_text,
        lsp.NOTEBOOK_DOCUMENT_DID_OPEN: desk.open_notebook,
        lsp.NOTEBOOK_DOCUMENT_DID_CHANGE: desk.change_notebook,
        lsp.NOTEBOOK_DOCUMENT_DID_CLOSE: desk.close_notebook,
        lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: desk.judge_again,
        lsp.TEXT_DOCUMENT_HOVER: desk.hover,
    }
    for name, answer in answers.items():
        server.feature(name)(_own(answer))
    kinds = lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix])
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, kinds)(_own(desk.list_actions))
    return server, desk


def _own(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that the library may mark as its own, which it cannot do with a method."""

    def heard(params: Any) -> Any:
        return answer(params)

    return heard


def serve() -> None:
    """Serve one editor over the standard streams, until it goes."""
    if not os.environ.get("SYMCONV_TRACEBACK"):
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    server, desk = build_server()
    try:
        # The library closes what it writes to, and standard output is not its own.
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
            server.start_io(LimitedInput(sys.stdin.buffer), output)
    finally:
        desk.stop()
