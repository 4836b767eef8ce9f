"""What a large network reads, from index maps, is what the interpreter reads; so are its fields."""

import shutil
from collections import defaultdict

import pytest
from page_scripts import list_read_pairs, run_scripts

import symconv
from symconv.page.data import list_index_maps
from symconv.page.tape import record_tape

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")

CONDITIONED = "one's own"
"""In it the place on one axis depends on that on another, and its fields are said too large."""

NETWORKS = {
    "LeNet in small": "input x 1x8x8 batch 1 | conv w 3x3 channels 2 padding 1 bias b | relu "
    "| maxpool 2 | conv w 2x2 channels 3 bias b | tanh | flatten | dense W 4 bias c | sse t",
    "strides, dilation, groups": "input x 2x7x6 batch 1 | conv w 3x2 channels 4 groups 2 stride 2 "
    "padding 1 dilation 2 | avgpool 2 | sse t",
    "enlarged": "input x 3x3 | transposed_conv w 2x2 stride 2 padding 1 | upsample 2 | sse t",
    "normalised": "input x 2x3x2 batch 2 | batchnorm weight g bias b | layernorm | sse t",
    "a skip": "input x 4x4 | conv w 3x3 padding 1 -> z | tanh | add x -> s | half_sse t",
    "two in one": "input x 2x3x3 batch 1 | conv w 1x1 channels 2 -> z | concat x -> s | sse t",
    "bordered": "input x 4x4 | pad 1 mode reflect | conv w 2x2 | sse t",
    "scores": "input x 4 batch 2 | dense w 3 | softmax | log_softmax | sse t",
    CONDITIONED: "input x 4x5 | y[i,j] = sum(k<5) [k<=j]*x[i,k]*w[k] for i<4, j<5 | sse t",
}
LISTED = """(() => {
  const { maps, shapes, values, signals, order } = data, own = {};
  for (const map of maps) (own[map.key] ??= []).push(map);
  const extend = (places, n) => places.flatMap((p) => [...Array(n).keys()].map((at) => [...p, at]));
  const all = (keys) => keys.flatMap((key) =>
    shapes[key].reduce(extend, [[]]).map((p) => [key, p]));
  const reads = all([...values, ...signals]).flatMap(([key, place]) =>
    Object.entries(listPlaces(own[key] ?? [], place, shapes)).flatMap(([read, places]) =>
      [...places.values()].map((at) => [key, place, read, at])));
  const fields = all(values).map(([key, p]) => [key, p, Object.fromEntries(
    Object.entries(listFields(own, order, key, p, shapes)).map(([read, axes]) =>
      [read, axes.map((places) => [Math.min(...places), Math.max(...places)])]))]);
  return [reads, fields];
})()"""


@pytest.mark.parametrize("name", NETWORKS)
def test_reads_and_fields_are_those_of_the_interpreter(name):
    program = symconv.Network.parse(NETWORKS[name]).backward().program
    tape = record_tape(program)
    values = [t.key for t in program.tensors if t.role in {"value", "cost"}]
    signals = [t.key for t in program.tensors if t.is_derivative]
    data = {
        "maps": list_index_maps(program),
        "shapes": {t.key: [int(n) for n in t.shape] for t in program.tensors},
        "values": values,
        "signals": signals,
        "order": [{"key": t.key} for t in program.tensors],
    }
    shown, fields = run_scripts(("maps", "fields"), data, LISTED)
    reads = {
        (key, place, read, at)
        for key in (*values, *signals)
        for read in program.by_key
        for place, at in list_read_pairs(program, tape, key, read)
    }
    assert {(key, tuple(p), read, tuple(at)) for key, p, read, at in shown} == reads
    before = defaultdict(set)
    for key, place, read, at in reads:
        before[key, place].add((read, at))
    for key, place, boxes in fields:
        for other, box in find_boxes(before, key, tuple(place)).items():
            if program.by_key[other].role in {"input", "value"}:
                pairs = zip(boxes[other], box, strict=True)
                assert all(a <= c and d <= b for (a, b), (c, d) in pairs)
                assert boxes[other] == box or name == CONDITIONED


def find_boxes(before, key, start):
    """By the key of a tensor, the box around all entries that an entry was computed from."""
    found, opened = {(key, start)}, [(key, start)]
    while opened:
        fresh = before[opened.pop()] - found
        found |= fresh
        opened += fresh
    places = defaultdict(list)
    for other, place in found:
        places[other].append(place)
    return {k: [[min(n), max(n)] for n in zip(*all_, strict=True)] for k, all_ in places.items()}
