"""What a notebook shows: one line as plain text, tables and formulas, and a picture shut off."""

import pickle
import re
from html.parser import HTMLParser

import pytest

import symconv
from symconv.core.errors import SymconvError
from symconv.output.picture import Picture

CLAIM = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
HOSTILE = "<img src=x onerror=alert(1)>\"'</iframe><script>alert(2)</script>"
NOTEBOOK = """
import symconv
net = symconv.Network.example("two-convs")
net
---
net.check("dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)")
---
net.verify()
---
net.derivation("w^2")
---
net.show("dC/dw_1^2 = o_1^1 (o_1^2 - y_1)")
"""


@pytest.fixture(scope="module")
def net():
    return symconv.Network.example("two-convs")


@pytest.fixture(scope="module")
def shown(net):
    """Everything that has a face of its own, by its name."""
    return {
        "network": net,
        "verdict": net.check(CLAIM),
        "checks": net.verify(),
        "derivation": net.derivation(),
        "picture": net.show(),
    }


def test_what_there_is_is_listed_and_nothing_else():
    assert set(symconv.__all__) <= set(dir(symconv))
    inner = {"api", "core", "cli", "training", "imports", "annotations", "Any", "TYPE_CHECKING"}
    assert not inner & set(dir(symconv))
    assert symconv.Network.__doc__


@pytest.mark.parametrize("name", ["network", "verdict", "checks", "derivation", "picture"])
def test_everything_is_one_short_line(shown, name):
    line = repr(shown[name])
    assert line.startswith("<")
    assert line.endswith(">")
    assert "\n" not in line
    assert len(line) <= 140


def test_lines_say_what_they_are_about(shown):
    assert repr(shown["network"]) == "<Network two-convs: input i 3x3 | conv | conv | sse>"
    assert repr(shown["verdict"]).startswith("<Verdict wrong: product_of_sums: a product of two")
    assert repr(shown["checks"]) == "<CheckReport: 23 checks passed, 0 failed>"
    said = "<DerivationDocument two-convs: dC/dw^1, dC/dw^2, dC/di>"
    assert repr(shown["derivation"]) == said
    assert repr(shown["derivation"].derivation) == "<Derivation of gradient w^1: 6 steps>"
    assert repr(shown["derivation"].steps[0]).startswith("<Step chain rule: the cost depends")
    many = symconv.Network.parse("input x 4 " + "| relu " * 300)
    assert len(repr(many)) < 120


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("name", ["network", "verdict", "checks", "picture"])
def test_html_has_only_elements_of_ours(shown, name):
    bundle = shown[name]._repr_mimebundle_()
    assert bundle["text/plain"]
    tags = {tag for tag, _ in Elements(bundle["text/html"]).found}
    mathml = {t for t in tags if t == "math" or re.fullmatch(r"m[a-z]+", t)}
    assert tags - mathml <= {"table", "tr", "td", "ul", "li", "p", "b", "iframe"}


def test_a_network_is_its_forward_equations(net):
    bundle = net._repr_mimebundle_()
    assert bundle["text/latex"].count(r"\tag{") == 3
    assert bundle["text/html"].count("<math>") == 3
    assert "<li>w^1: parameter, space 2 x 2</li>" in bundle["text/html"]
    assert symconv.Network.example("general-conv-strided")._repr_html_()


def test_what_a_person_wrote_is_text(net):
    verdict = net.check(f"dC/dw_1^1 = {HOSTILE}")
    (*_, html) = verdict._repr_mimebundle_().values()
    assert not {tag for tag, _ in Elements(html).found} & {"img", "script", "iframe"}
    titled = net.titled(HOSTILE)
    found = Elements(titled.show()._repr_html_()).found
    assert [tag for tag, _ in found] == ["iframe"]
    assert titled._repr_html_() == net._repr_html_()


def test_a_picture_is_shut_off(net):
    picture = net.show(CLAIM)
    ((tag, attributes),) = Elements(picture._repr_html_()).found
    assert (tag, attributes["sandbox"]) == ("iframe", "allow-scripts")
    assert attributes["srcdoc"] == picture.html
    assert "src" not in attributes


def test_outside_of_a_notebook_a_picture_says_how_and_is_saved(net, tmp_path):
    verdict = net.check(CLAIM)
    picture = verdict.show()
    assert isinstance(picture, Picture)
    assert picture == net.show(CLAIM)
    assert ".save('picture.html') writes it" in repr(picture)
    path = picture.save(tmp_path / "picture.html")
    assert path.read_text(encoding="utf-8") == picture.html
    changed = net.show()
    with pytest.raises(SymconvError, match="would be overwritten"):
        changed.save(path)
    assert changed.save(path, force=True)


def test_a_verdict_of_another_process_has_no_network(net):
    verdict = net.check(CLAIM)
    sent = pickle.dumps(verdict)
    assert len(sent) < 5_000
    found = pickle.loads(sent)
    assert found == verdict
    with pytest.raises(SymconvError, match="without its network"):
        found.show()


def test_checks_are_still_a_tuple_and_count_themselves(shown):
    checks = shown["checks"]
    assert isinstance(checks, tuple)
    assert checks.passed
    assert str(checks).splitlines()[-1] == checks.summary == "23 checks passed, 0 failed"
    assert [check.line for check in checks] == str(checks).splitlines()[:-1]


@pytest.mark.long
@pytest.mark.rest
def test_a_real_notebook_shows_all_of_it():
    """The cells are run by a kernel of its own; what it answers is what is in a bundle."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in NOTEBOOK.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells:
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        assert "text/html" in output.data or "text/markdown" in output.data
    assert 'sandbox="allow-scripts"' in notebook.cells[-1].outputs[0].data["text/html"]
