"""What the explorer evaluates is what the interpreter reads, forwards and backwards."""

import random
import shutil
from itertools import product

import pytest
from page_scripts import list_read_pairs, run_scripts

import symconv
from symconv.page.explored_equations import collect_own_equations
from symconv.page.explored_layers import collect_explored
from symconv.page.tape import record_tape

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")

WINDOWS = "stride {s} padding {p} dilation {d}"
LAYERS = {
    "convolution": f"conv w {{k}}x2 {WINDOWS}",
    "flipped kernel": f"conv w {{k}}x{{k}} flip {WINDOWS}",
    "uneven padding": f"conv w {{k}}x2 {WINDOWS} padding_after {{d}}",
    "transposed": f"transposed_conv w {{k}}x2 {WINDOWS}",
    "output padding": "transposed_conv w {k}x2 stride {s} padding {p} output_padding {s}",
    "largest": f"maxpool {{k}}x{{k}} {WINDOWS}",
    "average": "avgpool {k}x{k} stride {s} padding {p}",
    "its own weights": "local w {k}x2 stride {s}",
    "repeated": "upsample {s}",
    "padded": "pad {p} after {d}",
    "one's own": "y[i,j] = sum(k<{k}, l<2) w[k,l]*x[{s}*i+{d}*k-{p},{s}*j+l] for i<2, j<2",
    "one axis": f"conv w {{k}} {WINDOWS}",
}
"""Layers in whose index an output and an entry of a window stand, as texts with letters."""

GRID = [*product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2), (4, 7))]
SLICE = 6
"""Of the grid so many places are tried of each layer in every run: all of them take a minute."""

EVALUATED = """data.map(([map, letters]) => {
  const at = defineSizes(map.sizes, letters), shapes = evaluateShapes(map.shapes, at);
  const list = (equation, key) => listMapTerms(equation, at, shapes).filter(isRead).flatMap(
    ({ place, reads }) => reads.filter((read) => read.key === key).map((r) => [place, r.place]));
  return [shapes[map.output], list(map.forward, "x"), list(map.backward, `delta ${map.output}`)];
})"""


def compare(text, places):
    """The pairs of the page and of the interpreter at each place of the grid, and the maps."""
    asked, wanted = [], []
    for k, s, p, d, side in places:
        image = f"{side}x{side + 1}" if "x" in text or "conv" not in text else side
        try:
            stated = text.format(k=k, s=s, p=p, d=d)
            network = symconv.Network.parse(f"input x {image} | {stated}")
            program = network.backward().program
        except symconv.SymconvError:
            continue  # the window is larger than the image, or the padding than the window
        (found,) = [*collect_explored(network), *collect_own_equations(network)]
        tape, output = record_tape(program), network.program.output
        asked.append([found, found["layers"][0]["starts"]])
        shape = [int(n) for n in network.program.by_key[output].shape]
        delta = f"delta {output}"
        forward = list_read_pairs(program, tape, output, "x")
        wanted.append([shape, forward, list_read_pairs(program, tape, "gradient x", delta)])
    shown = run_scripts(("maps",), asked, EVALUATED)
    found = [
        [shape, *({(tuple(a), tuple(b)) for a, b in some} for some in pairs)]
        for shape, *pairs in shown
    ]
    return found, wanted, [map_ for map_, _ in asked]


def name_letters(written):
    return tuple(letter["name"] for letter in written["letters"])


@pytest.mark.parametrize("name", LAYERS)
def test_the_page_reads_what_the_interpreter_reads(name):
    found, wanted, maps = compare(LAYERS[name], random.Random(name).sample(GRID, SLICE))
    assert len(found) >= 2
    assert found == wanted
    stated = {name_letters(m): m["forward"] for m in maps}
    # Of one's own equation the numbers stay as they are written.
    stated.pop((), None)
    assert all(m["forward"] == stated[n] for m in maps for n in [name_letters(m)] if n)


@pytest.mark.rest
@pytest.mark.parametrize("name", LAYERS)
def test_it_does_at_every_combination(name):
    found, wanted, _ = compare(LAYERS[name], GRID)
    assert len(found) >= len(GRID) / 4
    assert found == wanted
