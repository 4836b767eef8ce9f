"""The batch split over threads: the same result whoever is done first."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

CONV = "input x Nx2x6x5 | conv w 3x3 channels 3 padding 1 bias b -> z"
SPLIT = (
    CONV,
    f"{CONV} | relu -> a | sse t -> C",
    f"{CONV} | softmax -> y | mse t -> C",
    f"{CONV} | maxpool 2x1 -> p | flatten -> v | dense W 4 bias c -> h | cross_entropy t labels",
    f"{CONV} | layernorm -> y | half_sse t -> C",
)
WHOLE = (
    f"{CONV} | batchnorm -> y | sse t -> C",
    CONV.replace("Nx2", "4x2"),
    CONV.replace("Nx2", "2"),
    f"{CONV} | batchnorm -> y",
    # The mean divides by the weights of all samples.
    f"{CONV} | flatten -> v | dense W 4 -> h | cross_entropy t labels weights u -> C",
)


def arrays(network, batch, kind=np.float64, seed=0):
    """Random arrays by their names in the module."""
    random, names = np.random.default_rng(seed), network._module_names.tensors
    given = [t for t in network.program.tensors if network.program.equation(t.key) is None]
    given += [network.backward().seed] if network.backward().seed else []
    found = {}
    for t in given:
        shape = [int(n) if n.is_Integer else batch for n in t.shape]
        labels = t.role == "target" and len(shape) == 1
        made = random.integers(4, size=shape) if labels else random.standard_normal(shape)
        found[names[t.key]] = made if labels else made.astype(kind)
    return found


def alone(module, given):
    """Both passes, without a split."""
    names = module.forward.__code__.co_varnames[: module.forward.__code__.co_argcount]
    values = module.forward(**{k: a for k, a in given.items() if k in names})
    names = module.backward.__code__.co_varnames[: module.backward.__code__.co_argcount]
    known = given | {"values": values}
    return values, module.backward(**{k: a for k, a in known.items() if k in names})


def parted(network):
    """The fast module, with parts as small as a sample."""
    module = network.compile("fast").module
    module.LEAST_PART = 1
    return module


def gradients(answer):
    return getattr(answer, "gradients", answer)


@pytest.mark.parametrize("text", SPLIT)
@pytest.mark.parametrize(("batch", "threads"), [(6, 1), (6, 2), (7, 3), (2, 4), (5, 5)])
def test_parts_add_up_to_the_whole(text, batch, threads):
    network = Network.parse(text)
    module, spaces = parted(network), [{} for _ in range(threads)]
    for kind, tolerance in ((np.float64, 1e-12), (np.float32, 1e-4)):
        given = arrays(network, batch, kind)
        values, right = alone(module, given)
        for more in ({}, {"workspaces": spaces}, {"workspaces": spaces}):
            found = module.step(**given, threads=threads, **more)
            for name in right._fields:
                a, b = getattr(gradients(found), name), getattr(right, name)
                assert a.dtype == b.dtype == kind
                np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
            if hasattr(found, "gradients"):
                assert found[0].dtype == kind
                cost = getattr(values, found._fields[0])
                np.testing.assert_allclose(found[0], cost, rtol=tolerance)


def test_the_result_does_not_depend_on_who_is_done_first():
    network = Network.parse(SPLIT[3])
    module, given = parted(network), arrays(network, 9)
    first = module.step(**given, threads=3)
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: module.step(**given, threads=3), range(12)))
    for found in again:
        for a, b in zip(found.gradients, first.gradients, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("text", WHOLE)
def test_a_batch_that_does_not_fall_into_parts_is_left_whole(text):
    assert not hasattr(Network.parse(text).compile("fast").module, "step")


def test_a_compiled_network_has_the_step_too():
    network = Network.parse(SPLIT[1])
    given, compiled = arrays(network, 4), network.compile("fast")
    compiled.module.LEAST_PART = 1
    right = compiled.backward(**given, values=compiled.forward(**given))
    found = compiled.step(**given, threads=2, workspaces=[{}, {}])
    for a, b in zip(found.gradients, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
    with pytest.raises(SymconvError, match="has no `step`"):
        network.compile("readable").step(**given)


@pytest.mark.parametrize("more", [{"threads": 0}, {"threads": 2, "workspaces": [{}]}])
def test_too_little_room_is_an_error(more):
    network = Network.parse(CONV)
    with pytest.raises(ValueError, match="workspaces"):
        network.compile("fast").module.step(**arrays(network, 4), **more)


def test_gradients_do_not_live_in_a_workspace():
    network = Network.parse("input x Nx3x12x12 | conv w 3x3 channels 4 padding 1 -> z")
    spaces = [{}, {}]
    found = parted(network).step(**arrays(network, 4), threads=2, workspaces=spaces)
    rooms = [room for space in spaces for room in space.values()]
    assert rooms
    assert not any(np.shares_memory(g, room) for g in gradients(found) for room in rooms)


def test_a_small_part_is_not_worth_a_thread():
    large = Network.parse("input x Nx32x28x28 | conv w 3x3 channels 64 padding 1 -> z | sse t -> C")
    assert large.compile("fast").module.LEAST_PART == 2
    small = Network.parse(SPLIT[1]).compile("fast").module
    assert small.LEAST_PART > 1000
    given = arrays(Network.parse(SPLIT[1]), 6)
    whole, found = small.step(**given), small.step(**given, threads=3)
    for a, b in zip(found.gradients, whole.gradients, strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_gradient_loses_precision_when_the_parts_are_joined():
    network = Network.parse(SPLIT[1])
    given = arrays(network, 6, np.float32)
    given["w"] = given["w"].astype(np.float64)
    _, right = alone(parted(network), given)
    found = parted(network).step(**given, threads=2)
    for a, b in zip(found.gradients, right, strict=True):
        assert a.dtype.itemsize >= b.dtype.itemsize
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "said"), [(SPLIT[0], "Every gradient"), (SPLIT[1], "The cost and")]
)
def test_what_a_step_returns_is_said(text, said):
    step = Network.parse(text).compile("fast").module.step
    returned = step.__doc__.partition("Returns:")[2].strip()
    assert returned.startswith(said)
