"""A run depends on its settings alone: it may stop anywhere, and takes any style of module."""

import signal
import subprocess
import sys
from random import Random

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK
from paths import ROOT

from symconv import SGD, Adam, Network, train
from symconv.codegen.c import build
from symconv.core.errors import SymconvError
from symconv.training.evaluate import count_right

TEXT = (
    "input x Nx1x4x4 | conv w 3x3 channels 2 bias b | tanh | flatten | dense W 3 bias c "
    "| cross_entropy t labels -> C"
)
NET = Network.parse(TEXT)
READABLE = NET.compile()


def draw(count=22):
    random = np.random.default_rng(0)
    labels = random.integers(3, size=count)
    return random.standard_normal((count, 1, 4, 4)) + labels[:, None, None, None], labels


DATA = draw()
SETTINGS = {"epochs": 3, "batch": 4, "seed": 5, "optimizer": Adam(0.02), "validation": draw(10)}


def run(module=READABLE, data=DATA, **settings):
    return train(module, data, **{**SETTINGS, **settings})


@pytest.fixture(scope="module")
def straight():
    return run()


def assert_same(one, other):
    assert one.history == other.history
    assert one.costs.tobytes() == other.costs.tobytes()
    for name, w in one.parameters.items():
        assert w.tobytes() == other.parameters[name].tobytes()


def test_a_run_learns_and_says_how_well(straight):
    assert [e.epoch for e in straight.history] == [1, 2, 3]
    assert len(straight.costs) == 3 * 6
    assert straight.history[-1].cost < straight.history[0].cost / 1.1
    assert straight.history[0].cost == pytest.approx(straight.costs[:6].mean())
    right = (READABLE.module.predict(draw(10)[0], parameters=straight.parameters).argmax(1)
             == draw(10)[1]).mean()  # fmt: skip
    assert straight.history[-1].accuracy == right


def test_the_first_updates_are_those_by_hand():
    module, (x, t) = READABLE.module, DATA
    p = module.initial(5)
    costs = []
    order = np.random.Generator(np.random.PCG64([5, 0])).permutation(22)
    for k in range(0, 12, 4):
        places = order[k : k + 4]
        cost, g = module.cost_and_gradients(x[places], t[places], parameters=p)
        costs.append(cost)
        p = {n: w - 0.1 * g[n] for n, w in p.items()}
    found = run(optimizer=SGD(0.1), epochs=1)
    np.testing.assert_allclose(found.costs[:3], costs, rtol=1e-14)


def test_an_epoch_has_every_sample_once_in_an_order_of_its_own():
    seen = []

    class Spy:
        def __getattr__(self, name):
            return getattr(READABLE.module, name)

        def cost_and_gradients(self, x, t, *, parameters):
            seen.extend(x[:, 0, 0, 0])
            return READABLE.module.cost_and_gradients(x, t, parameters=parameters)

    run(Spy(), epochs=2)
    first, second = seen[:22], seen[22:]
    assert sorted(first) == sorted(second) == sorted(DATA[0][:, 0, 0, 0])
    assert first != second


def test_the_seed_decides(straight):
    assert_same(run(), straight)
    assert run(seed=6).costs.tobytes() != straight.costs.tobytes()


def test_files_that_are_mapped_are_read_as_arrays_are(tmp_path, straight):
    for name, array in zip("xt", DATA, strict=True):
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {n: np.load(tmp_path / f"{n}.npy", mmap_mode="r") for n in "xt"}
    assert isinstance(mapped["x"], np.memmap)
    assert_same(run(data=mapped), straight)


@pytest.mark.parametrize("style", ["fast", "loops", pytest.param("c", marks=NEEDS_COMPILER)])
def test_every_style_takes_the_same_way(style, straight):
    options = {"dtype": "float64"} if style == "c" else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FLAGS", QUICK)
        module = NET.compile(style, **options)
    epochs = 1 if style == "loops" else 3
    found = run(module, epochs=epochs)
    np.testing.assert_allclose(found.costs, straight.costs[: len(found.costs)], rtol=1e-10)
    assert [e.accuracy for e in found.history] == [e.accuracy for e in straight.history[:epochs]]


def test_the_caller_keeps_his_parameters():
    p = READABLE.module.initial(1, np.float32)
    before = {n: w.copy() for n, w in p.items()}
    found = run(parameters=p, epochs=1)
    assert all((p[n] == before[n]).all() for n in p)
    assert all(w.dtype == np.float32 for w in found.parameters.values())


def test_what_has_no_gradient_stays_as_it_is():
    module = NET.only("W", "c").compile().module
    found = run(module, epochs=1).parameters
    first = module.initial(5)
    assert {n for n in first if (found[n] != first[n]).any()} == {"W", "c"}


def test_constants_are_passed_at_every_call():
    net = Network.parse("input x Nx4 | dense W 3 | cross_entropy t labels weights v -> C")
    random = np.random.default_rng(1)
    data = random.standard_normal((6, 4)), random.integers(3, size=6)
    weights = np.array([1.0, 2.0, 3.0])
    found = train(net.compile(), data, epochs=1, batch=6, constants={"v": weights})
    p = net.compile().module.initial(0)
    right, _ = net.compile().module.cost_and_gradients(*data, weights, parameters=p)
    assert found.costs[0] == pytest.approx(right)


def test_a_fixed_batch_takes_whole_ones_and_fills_up_what_is_tried():
    module = NET.fixed(N=4).compile()
    found, right = run(module, whole_batches=True), run(whole_batches=True)
    np.testing.assert_allclose(found.costs, right.costs, rtol=1e-12)
    assert len(found.costs) == 3 * 5
    assert [e.accuracy for e in found.history] == [e.accuracy for e in right.history]


# Checkpoints.


def interrupt(path, at, **settings):
    """A run that ends at a batch, which counts from 1, before its update."""
    left = iter(range(at - 1))

    class Interrupted:
        def __getattr__(self, name):
            return getattr(READABLE.module, name)

        def cost_and_gradients(self, x, t, *, parameters):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return READABLE.module.cost_and_gradients(x, t, parameters=parameters)

    with pytest.raises(KeyboardInterrupt):
        run(Interrupted(), checkpoint=path, **settings)


@pytest.mark.parametrize("at", [1, 2, 6, 7, 9, 13, 18])
def test_a_run_that_was_stopped_ends_in_the_same_bytes(tmp_path, straight, at):
    path, other = tmp_path / "a.npz", tmp_path / "b.npz"
    interrupt(path, at, every=2)
    assert_same(run(checkpoint=path, every=2), straight)
    run(checkpoint=other)
    assert path.read_bytes() == other.read_bytes()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_a_run_that_is_over_goes_on_for_more_epochs(tmp_path, straight):
    path = tmp_path / "run.npz"
    run(epochs=1, checkpoint=path)
    assert_same(run(checkpoint=path), straight)
    assert_same(run(checkpoint=path), straight)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch": 5}, "batch 4, not 5"),
        ({"seed": 6}, "seed 5, not 6"),
        ({"optimizer": Adam(0.01)}, "optimizer Adam"),
        ({"optimizer": SGD(0.01)}, "it holds 'mean W'"),
        ({"data": draw(21)}, "samples"),
        ({"whole_batches": True}, "whole batches"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(tmp_path, settings, words):
    run(epochs=1, checkpoint=tmp_path / "run.npz")
    before = (tmp_path / "run.npz").read_bytes()
    with pytest.raises(SymconvError, match="the checkpoint of another run") as caught:
        run(checkpoint=tmp_path / "run.npz", **settings)
    assert words in str(caught.value)
    assert (tmp_path / "run.npz").read_bytes() == before


def spoil(path, how):
    raw = path.read_bytes()
    if how == "half":
        path.write_bytes(raw[: len(raw) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("no archive")
    elif how == "flipped":
        middle = len(raw) // 3
        path.write_bytes(raw[:middle] + bytes([raw[middle] ^ 255]) + raw[middle + 1 :])
    elif how == "array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif how == "pickle":
        with np.load(path) as file:
            arrays = dict(file)
        with path.open("wb") as file:
            np.savez(file, **{**arrays, "costs": np.array([object()])})
    elif how == "shape":
        with np.load(path) as file:
            arrays = dict(file)
        with path.open("wb") as file:
            np.savez(file, **{**arrays, "parameter c": np.zeros(4)})
    elif how == "words":
        with np.load(path) as file:
            arrays = dict(file)
        with path.open("wb") as file:
            np.savez(file, **{**arrays, "progress": np.frombuffer(b"[1, 2]", np.uint8)})
    elif how == "folder":
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize(
    "how",
    ["half", "empty", "text", "flipped", "array", "pickle", "shape", "words", "folder"],
)
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(tmp_path, how):
    path = tmp_path / "run.npz"
    run(epochs=1, checkpoint=path)
    spoil(path, how)
    with pytest.raises(SymconvError, match=r"'run\.npz'") as caught:
        run(checkpoint=path)
    assert "\n" not in caught.value.message


def test_a_checkpoint_that_is_half_written_leaves_the_old_one(tmp_path, monkeypatch, straight):
    path = tmp_path / "run.npz"
    run(epochs=1, checkpoint=path)
    before = path.read_bytes()

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("symconv.training.checkpoint.os.fsync", fail)
    with pytest.raises(SymconvError, match="No space left"):
        run(checkpoint=path)
    assert path.read_bytes() == before
    monkeypatch.undo()
    assert_same(run(checkpoint=path), straight)


KILLED = """
import sys
import test_train as T

class Told:
    def __getattr__(self, name):
        return getattr(T.READABLE.module, name)

    def cost_and_gradients(self, x, t, *, parameters):
        print("batch", flush=True)
        return T.READABLE.module.cost_and_gradients(x, t, parameters=parameters)

T.run(Told(), checkpoint=sys.argv[1], every=1, epochs=8)
"""


def kill_once(path, after):
    """Start a run, and kill it once it has begun so many batches; whether it was killed."""
    places = [str(ROOT), str(ROOT / "tests" / "data"), str(ROOT / "tests" / "training")]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {places}\n{KILLED}", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        for _ in range(after):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
    return child.returncode == -signal.SIGKILL


def check_kills(tmp_path, times):
    draw_batch = Random(times).randint
    path = tmp_path / "run.npz"
    assert all(kill_once(path, draw_batch(1, 48 // times)) for _ in range(times))
    found = run(checkpoint=path, every=1, epochs=8)
    assert_same(found, run(epochs=8))
    run(checkpoint=tmp_path / "other.npz", epochs=8)
    assert path.read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_a_run_that_is_killed_ends_in_the_same_bytes(tmp_path):
    check_kills(tmp_path, 1)


@pytest.mark.rest
def test_a_run_that_is_killed_ten_times_ends_in_the_same_bytes(tmp_path):
    check_kills(tmp_path, 10)


# What does not fit.

x, t = DATA
SEVENTH = np.arange(22)[:, None, None, None] == 7
BAD = {
    "lengths": ({"data": (x, t[:-1])}, "t has 21 samples, and x 22"),
    "empty": ({"data": (x[:0], t[:0])}, "x has the shape (0, 1, 4, 4): there is no sample"),
    "one array": ({"data": (x,)}, "the data is x, t, not 1 arrays"),
    "an array": ({"data": x}, "the data is x, t, not ndarray"),
    "other names": ({"data": {"x": x, "y": t}}, "the data is x, t, not x, y"),
    "objects": ({"data": (x.astype(object), t)}, "x holds object, not numbers"),
    "words": ({"data": (x.astype(str), t)}, "x holds <U32, not numbers"),
    "a number": ({"data": (1.0, t)}, "x has the shape (): there is no sample"),
    "NaN": ({"data": (np.where(SEVENTH, np.nan, x), t)}, "sample 7 of x is not finite"),
    "infinity": ({"data": (np.where(SEVENTH, np.inf, x), t)}, "sample 7 of x is not finite"),
    "no batch": ({"batch": 0}, "batch is 0, and must be a whole number above 0"),
    "half a batch": ({"batch": 2.5}, "batch is 2.5, and must be a whole number above 0"),
    "no epoch": ({"epochs": 0}, "epochs is 0, and must be a whole number above 0"),
    "every": ({"every": 0}, "every is 0, and must be a whole number above 0"),
    "no file": ({"every": 3}, "every is 3, and there is no checkpoint to write so often"),
    "too few": ({"batch": 30, "whole_batches": True}, "22 samples fill no batch of 30"),
    "validation": ({"validation": (x, t[:1])}, "t has 1 samples, and x 22"),
    "constants": ({"constants": {"v": 1}}, "the module takes no 'v'"),
    "diverged": ({"optimizer": SGD(1e308)}, "in epoch 1, batch"),
    "parameters": ({"parameters": {"w": np.full((2, 1, 3, 3), np.nan)}}, "the parameter w holds"),
    "seed": ({"seed": "a"}, "seed is 'a', and must be a whole number, 0 or above"),
    "below 0": ({"seed": -1}, "seed is -1, and must be a whole number, 0 or above"),
    "a word": ({"optimizer": "adam"}, "is 'adam', which updates nothing"),
    "a class": ({"optimizer": Adam}, "is 'Adam', which updates nothing"),
    "no module": ({"module": 3}, "the module has no `PARAMETERS`"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_does_not_fit_is_said_in_one_line(kind):
    settings, words = BAD[kind]
    with pytest.raises(SymconvError) as caught:
        run(**settings)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_module_without_parameters_is_not_trained():
    with pytest.raises(SymconvError, match="the module has no `PARAMETERS`"):
        run(Network.parse("input x 3x3 | relu | sse t").compile())


RIGHT = [
    ([[0.2, 0.8], [0.6, 0.4]], [1, 1], 1),
    ([[0.2, 0.8], [0.6, 0.4]], [[0.0, 1.0], [1.0, 0.0]], 2),
    ([[0.2], [0.6]], [[0.0], [1.0]], 2),
    ([[0.2], [0.6]], [[1.0], [1.0]], 1),
    ([[0.2, 0.9]], [[0.0, 0.0]], 0),
    ([[0.2, 0.9]], [[0.3, 0.5]], None),
    ([[[0.2, 0.9], [0.8, 0.1]]], [[1, 0]], 1),
    ([[[0.2, 0.9], [0.8, 0.1]]], [[1, 1]], 0),
    ([[2.5, -1.0]], [[1.0, 1.0]], None),
]


@pytest.mark.parametrize(("prediction", "target", "right"), RIGHT)
def test_samples_are_right_where_their_classes_are(prediction, target, right):
    assert count_right(np.array(prediction), np.array(target)) == right


def test_progress_is_shown_with_rich_and_never_without_a_terminal(capsys):
    pytest.importorskip("rich")
    run(epochs=2)
    assert capsys.readouterr().err == ""
    run(epochs=2, progress=True)
    assert "epoch 2 of 2, cost" in capsys.readouterr().err
