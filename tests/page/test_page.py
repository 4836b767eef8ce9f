"""A page is one file that runs its own script alone, whatever the network and the claim say."""

import json
import re
from base64 import b64decode, b64encode
from gzip import decompress
from hashlib import sha256

import pytest
from kept_networks import parse_once
from paths import ROOT

import symconv
from symconv.page import write_page
from symconv.page.claimed_notation import take_claimed_notation
from symconv.page.code_lines import find_code_lines
from symconv.page.data import collect_page_data
from symconv.page.page import SCRIPTS

SUMS = "dC/dw_1^1 = (i_1+i_2+i_4+i_5)(w_1^2+w_2^2+w_3^2+w_4^2) 2(o_1^2 - y_1)"
FORUM = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
LENET = symconv.Network.example("lenet5").fixed(N=1)
HOSTILE = (
    "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!--", "&lt;b&gt;",
    "{{ 7 * 7 }}", "{% raw %}", "${alert(1)}", "\u2028", "</title>", "javascript:alert(1)",
)  # fmt: skip


def part(page, pattern):
    (found,) = re.findall(pattern, page, re.DOTALL)
    return found


@pytest.fixture(scope="module")
def convs():
    return symconv.Network.example("two-convs")


@pytest.fixture(scope="module")
def page(convs):
    return write_page(convs, SUMS)


def test_the_page_of_the_forum_network_is_small_and_the_same_twice(page, convs):
    assert len(page.encode()) < 60_000
    assert write_page(convs, SUMS) == page


def unpack(page, name):
    return decompress(b64decode(part(page, rf'id="{name}">(.*?)</script>'))).decode()


def test_only_its_own_scripts_and_style_may_run(page):
    policy = part(page, r'http-equiv="Content-Security-Policy" content="([^"]*)"')
    scripts = (part(page, r"<script>(.*?)</script>"), unpack(page, "scripts"))
    allowed = [" ".join(map(hash_source, scripts)), hash_source(part(page, "<style>(.*?)</style>"))]
    assert policy == (
        f"default-src 'none'; script-src {allowed[0]}; style-src {allowed[1]}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"(?:src|href)=.?https?:", page)


def hash_source(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_scripts_are_packed_as_they_are_written(page):
    packed = unpack(page, "scripts")
    for name in SCRIPTS:
        assert (ROOT / "templates" / "page" / f"{name}.js").read_text().strip() in packed


def test_the_data_tell_every_product_of_the_claim(page):
    data = json.loads(part(page, r'id="data">(.*?)</script>'))
    claim = data["claim"]
    assert claim["verdict"] == "wrong"
    assert len(claim["spurious_entries"]) == 12
    names = [f"{t['key']} {s}" for t in data["tensors"] for s in t["subscripts"]]
    assert names[claim["entry"]] == "w^1 1"
    assert {names[at] for product in claim["spurious_entries"] for at in product} == {
        "i 1", "i 2", "i 4", "i 5", "w^2 1", "w^2 2", "w^2 3", "w^2 4",
    }  # fmt: skip


def test_the_page_is_drawn_in_the_notation_of_the_claim():
    assumed = symconv.Network.parse(FORUM)
    for claim, notation, count in (
        (SUMS, "flat1", 12),
        ("dC/dw_{2,2}^1 = 2(o^2 - y) (i_{2,2} w_{1,1}^2)", "ij1", 3),
    ):
        data = collect_page_data(take_claimed_notation(assumed, claim), claim)
        assert data["notation"] == notation
        crossed = data["claim"]["spurious_entries"] + data["claim"]["missing_entries"]
        assert [len(product) for product in crossed] == [2] * count
    asked = symconv.Network.parse(FORUM, "ij0")
    assert take_claimed_notation(asked, SUMS) is asked


def test_a_claim_about_a_value_is_drawn_at_that_value(convs):
    data = collect_page_data(convs, "o_1^2 = o_1^1 w_1^2")
    names = [f"{t['key']} {s}" for t in data["tensors"] for s in t["subscripts"]]
    assert names[data["claim"]["entry"]] == "o^2 1"
    assert data["claim"]["missing_entries"] == [[data["claim"]["entry"]]]


def test_half_a_character_of_a_claim_is_a_question_mark(convs):
    page = write_page(convs, "dC/dw_1^1 = \udcff")
    assert "dC/dw_1^1 = ?" in page
    assert page.encode().decode() == page


def test_derivations_are_packed_at_three_levels(page):
    packed = json.loads(unpack(page, "derivations"))
    assert set(packed["sections"]) == {"4", "5", "6", "7", "8"}
    terse, normal, full = packed["sections"]["8"]
    assert len(terse) < len(normal) < len(full)
    assert "chain rule" in normal
    assert "chain rule" in packed["rules"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_user_becomes_markup(text, convs):
    page = write_page(convs.titled(text), f"{SUMS} {text}")
    assert page.count("<script") == 4
    assert page.count("</script>") == 4
    assert "<img" not in page
    assert "<!--" not in page
    data = json.loads(part(page, r'id="data">(.*?)</script>'))
    assert data["title"] == text


def test_what_is_too_large_is_drawn_by_its_layers():
    page = write_page(LENET)
    data = json.loads(part(page, r'id="data">(.*?)</script>'))
    assert data["folded"]
    assert data["tape"] == []
    assert len(page) < 1_000_000
    with pytest.raises(symconv.SymconvError, match="too large to be worked out"):
        collect_page_data(LENET, values={})


def test_open_sizes_are_drawn_at_the_smallest_and_written_for_all():
    page = write_page(symconv.Network.example("general-conv"))
    data = json.loads(part(page, r'id="data">(.*?)</script>'))
    assert "Drawn at H = 3, W = 3, k1 = 2, k2 = 2; formulas and code are for all sizes" in page
    assert next(t["shape"] for t in data["tensors"] if t["key"] == "x") == [3, 3]
    assert "k1, k2" in "\n".join(line for lines in data["code"].values() for line in lines)
    own = write_page(symconv.Network.parse("input x 9 | y[i] = sum(k<3) x[s*i+k]*w[k] for i<4"))
    assert "Drawn at s = 2; " in own
    claimed = write_page(symconv.Network.example("general-conv"), "dC/dw_{m,n} = delta_{i,j}")
    assert "wrong" in claimed


def test_open_sizes_with_numbers_and_missing_numbers_are_refused_in_a_line(convs):
    with pytest.raises(symconv.SymconvError, match="numbers for the sizes N"):
        write_page(symconv.Network.example("lenet5"), values={})
    with pytest.raises(symconv.SymconvError, match="lack 'w"):
        write_page(convs, values={"i": [[1, 2, 3]] * 3})


def test_the_code_of_an_equation_has_what_it_reads_from():
    found = find_code_lines(symconv.Network.example("two-convs").numpy_source())
    assert found["8"][-1].endswith("# (8)")
    assert found["8"][0] == "delta_o1_padded = np.pad(delta_o1, 1)"
    assert found["5"] == ["dw2 = delta_o2[0, 0] * values.o1  # (5)"]
    strided = symconv.Network.example("general-conv-strided").numpy_source()
    assert find_code_lines(strided)["2"][2:] == [
        "dw = np.einsum(",
        '    "bfij,bcijmn->fcmn", delta_z, x_windows[:, :, ::s, ::s, ::d, ::d], optimize=True',
        ")  # (2)",
    ]
    pooled = parse_once("input x 4x4 | maxpool 2 -> p | sse t -> C").numpy_source()
    assert any(line.startswith("for ") for line in find_code_lines(pooled)["1"])
