"""Networks of fixed, large sizes: what is too long to be read is left out, the rest is told."""

import importlib

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.semantics.sizes import SizeDraws
from symconv.structure import sample_points

NETWORK = (
    "input x {N}x1x12x12 | conv w 3x3 channels 2 padding 1 bias b -> z | relu -> a | maxpool 2 -> p"
    " | flatten -> v | dense W 3 bias c -> h | cross_entropy t labels -> C"
)
findings = importlib.import_module("symconv.structure.findings")


@pytest.fixture(scope="module")
def large():
    return Network.parse(NETWORK.format(N=64))


def test_sums_of_hundreds_of_terms_are_not_written_out(large, monkeypatch):
    document = importlib.import_module("symconv.render.derivation_document")
    asked, unrolled = [], document.EntrywiseGradients
    entries = unrolled.entries

    def counted(self, tensor, *, put_in_deltas=True, only=None):
        asked.append((tensor.key, put_in_deltas))
        return entries(self, tensor, put_in_deltas=put_in_deltas, only=only)

    monkeypatch.setattr(unrolled, "entries", counted)
    found = [name for name, _ in large.derivation()._entries()]
    assert found == ["dC/dc_{0}", "dC/dc_{1}", "dC/dc_{2}"]
    assert asked == [("c", False)]


def test_short_sums_are_written_out_with_deltas_put_in():
    found = dict(Network.example("two-convs").derivation()._entries())
    assert {str(s) for s in found["dC/dw_1^1"].free_symbols} >= {"w_1^2", "w_4^2", "y_1"}


def test_a_long_sum_is_compared_at_few_places_and_still_told(large, monkeypatch):
    interpret, counts = sample_points.interpret, []

    def counted(*arguments):
        value = interpret(*arguments)
        counts.append(0)

        def at(place):
            counts[-1] += 1
            return value(place)

        return at

    monkeypatch.setattr(sample_points, "interpret", counted)
    program = large.backward().program
    derivation = large.backward().derivation("w")
    finding = findings._find_operation(SizeDraws(program), derivation)
    assert isinstance(finding.operation, findings.Correlation)
    assert counts == [sample_points.FEWEST_PLACES + 2]
    claim = finding.operation.correlation
    wrong = 2 * finding.coefficient
    assert not sample_points.confirm_operation(
        SizeDraws(program), derivation.equation, wrong, claim
    )


def test_a_large_batch_is_described_as_a_small_one():
    described = [
        {key: words[0] for key, words in net.derivation().structure.items() if key != "delta h"}
        for net in (Network.parse(NETWORK.format(N=n)) for n in (64, 2))
    ]
    assert described[0] == described[1]
    assert described[0].keys() >= {"gradient w", "gradient W", "gradient x", "delta p"}


def test_an_image_of_ten_thousand_million_entries_is_told_and_no_entry_is_drawn(monkeypatch):
    def drawn(shape, _):
        raise AssertionError(shape)

    monkeypatch.setattr(sample_points, "_random_grid", drawn)
    network = Network.parse("input x 99999x99999 | conv w 3x3 -> z | sse t -> C")
    assert {name.rpartition(".")[2] for name in network.files()} == {"py", "tex", "md"}
    with pytest.raises(SymconvError, match="29,998,600,029 scalars are more than the 200,000"):
        network.verify()
