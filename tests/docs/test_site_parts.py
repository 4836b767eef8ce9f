"""What the site's build is made of: pins, packs, compiled modules, the answers of the page."""

import json
import struct
import traceback
import zipfile
from importlib.util import MAGIC_NUMBER, source_hash
from io import BytesIO
from itertools import product
from marshal import loads

import attacks
import pytest
from paths import ROOT

from symconv.core.errors import SymconvError
from symconv.docs.site import pinned
from symconv.docs.site.browser import answers
from symconv.docs.site.browser.compile_modules import compile_library, compile_module, name_module
from symconv.docs.site.browser.questions import OFFERED
from symconv.docs.site.build import join_parts
from symconv.docs.site.keeper import write_keeper
from symconv.docs.site.runtime import collect_questions, pack_files
from symconv.docs.site.sources import SiteSources, hash_name

SOURCE = b'"""Words."""\n\n\ndef f(x):\n    """More words."""\n    return x + 1\n'
NETWORK = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"


def test_a_part_with_another_hash_is_refused(tmp_path):
    part = pinned.list_pinned()[0]
    (tmp_path / f"{part.name}-{part.version}.tgz").write_bytes(b"other bytes")
    with pytest.raises(SymconvError, match="has the hash"):
        pinned._fetch(part, tmp_path)


def test_every_part_says_version_hash_licence_and_source():
    for part in pinned.list_pinned():
        assert len(part.sha256) == 64
        assert part.version
        assert part.licence
        assert part.source.startswith("https://")


@pytest.mark.parametrize("docstrings", [True, False])
def test_a_compiled_module_is_loaded_unchecked_and_works(docstrings):
    made = compile_module(SOURCE, "m.py", docstrings=docstrings)
    assert made[:4] == MAGIC_NUMBER
    assert made[4:8] == b"\x01\0\0\0"
    assert made[8:16] == source_hash(SOURCE)
    scope = {}
    exec(loads(made[16:]), scope)
    assert scope["f"](1) == 2
    assert bool(scope["f"].__doc__) is docstrings
    assert made == compile_module(SOURCE, "m.py", docstrings=docstrings)


def test_an_error_in_a_compiled_module_is_told_without_a_line():
    scope = {}
    exec(loads(compile_module(SOURCE, "m.py", docstrings=False)[16:]), scope)
    with pytest.raises(TypeError) as caught:
        scope["f"]("x")
    told = "".join(traceback.format_exception(caught.value))
    assert "m.py" in told
    assert "TypeError" in told


def test_a_library_is_cut_to_what_is_used():
    given = BytesIO()
    with zipfile.ZipFile(given, "w") as opened:
        for name in ("used.py", "other.py", "package/__init__.py", "package/data.txt"):
            opened.writestr(name, SOURCE)
    made = compile_library(given.getvalue(), {"used", "package"})
    with zipfile.ZipFile(BytesIO(made)) as cut:
        assert cut.namelist() == ["package/__init__.pyc", "package/data.txt", "used.pyc"]
    assert made == compile_library(given.getvalue(), {"used", "package"})


def test_names_of_modules():
    assert name_module("sympy/core/__init__.py") == "sympy.core"
    assert name_module("zipfile.py") == "zipfile"


def test_files_are_found_again_in_a_pack():
    files = {"a/b.pyc": b"\0\1\2", "empty": b"", "c": "ü".encode()}
    packed = pack_files(files)
    (length,) = struct.unpack("<I", packed[:4])
    index = json.loads(packed[4 : 4 + length])
    body = packed[4 + length :]
    assert {name: body[at : at + size] for name, (at, size) in index.items()} == files


def test_a_name_says_what_is_in_the_file():
    assert hash_name("live/a.b.js", b"1") != hash_name("live/a.b.js", b"2")
    assert hash_name("live/a.b.js", b"1").startswith("live/a.b-")
    assert hash_name("live/a.b.js", b"1").endswith(".js")


def test_two_parts_cannot_write_one_path(tmp_path):
    sources = SiteSources(ROOT, tmp_path)
    with pytest.raises(ValueError, match=r"two parts of the site write a\.html"):
        join_parts(sources, (lambda _: {"a.html": b"1"}, lambda _: {"a.html": b"2"}))
    assert list(join_parts(sources, (lambda _: {"b": b""}, lambda _: {"a": b""}))) == ["a", "b"]


def test_a_browser_keeps_all_but_the_one_file():
    files = {"live.html": b"1", "a/b.html": b"2", "offline.html": b"3"}
    written = write_keeper(files)
    assert '"a/b.html"' in written
    assert '"offline.html"' not in written
    assert write_keeper({**files, "offline.html": b"4"}) == written
    assert write_keeper({**files, "a/b.html": b"4"}) != written


def test_the_broad_run_asks_for_networks_and_claims_of_every_file():
    found = collect_questions(ROOT)
    files = list((ROOT / "tests" / "data" / "claims_of_people").glob("*.json"))
    assert len(found["networks"]) > 30
    assert len(found["claims"]) >= len(files)


def ask(question, *words):
    return json.loads(answers.answer(question, *words))


def test_a_statement_is_judged_and_drawn():
    found = ask("check", NETWORK, "flat1", OFFERED[0].claim, "")
    (verdict,) = found["verdicts"]
    assert verdict["verdict"] == "wrong"
    assert len(verdict["spurious_entries"]) == 12
    drawn = ask("draw", NETWORK, verdict["notation"], "")["data"]
    tensor = next(t for t in drawn["tensors"] if t["key"] == "w^1")
    assert verdict["entry"] == tensor["first"]


def test_layers_can_be_explored():
    assert ask("explore", NETWORK, "flat1")["explored"]


def test_a_post_has_a_verdict_for_every_equation():
    post = "I found\n\ndC/dw_1^2 = 2(o_1^2 - y_1) o_1^1\n\nand dC/dw_2^2 = 2(o_1^2 - y_1) o_1^1"
    found = ask("check", NETWORK, "flat1", post, "")["verdicts"]
    assert [v["verdict"] for v in found if v["kind"] == "claim"] == ["right", "wrong"]


def test_the_notation_of_a_claim_is_that_of_its_picture():
    found = ask("check", NETWORK, "", "dC/dw_1^2 = 2(o_1^2 - y_1) o_4^1", "")["verdicts"]
    assert found[0]["notation"] == "flat1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("input i 3x3 | cnv w 2x2", "", "dC/dw = 1", ""), "conv"),
        ((NETWORK, "flat7", "dC/dw^1 = 1", ""), "flat7"),
        ((NETWORK, "flat1", "dC/dw^1 = 1", "{"), "not readable"),
        ((NETWORK, "flat1", "1 = 2" * 30_000, ""), "longer than"),
        (("-- no network", "", "x = 1", ""), "input"),
    ],
)
def test_what_is_wrong_is_said_in_place_of_an_answer(words, said):
    found = ask("check", *words)
    assert not found["ok"]
    assert said in found["error"]


def test_a_picture_does_without_numbers_that_are_too_few():
    found = ask("draw", NETWORK, "flat1", '{"y": [[1]]}')
    assert found["ok"]
    assert "lack" in found["note"]
    assert "numbers" not in found["data"]


@pytest.mark.parametrize(
    "text", ["nul", "surrogate", "bidi", "braces", "brackets", "script", "tower"]
)
def test_hostile_texts_have_an_answer(text):
    hostile = attacks.TEXTS[text]
    networks = (NETWORK, attacks.NETWORKS[0].format(hostile))
    for network, claim in product(networks, attacks.CLAIMS[:3]):
        found = ask("check", network, "flat1", claim.format(hostile), "")
        assert found["ok"] or found["error"]
