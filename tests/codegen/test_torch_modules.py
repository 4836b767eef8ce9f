"""Modules for PyTorch as people use them: trained, compiled, mapped, with C below, on bad input."""

import ast
import subprocess
import sys

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK
from command import symconv
from grids import REST
from kept_networks import parse_once
from paths import ROOT

from symconv.api import Network
from symconv.codegen.c import build
from symconv.codegen.python.allowlist import ALLOW_LISTS
from symconv.codegen.python.identifiers import MODULE_OF_TORCH, RESERVED
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")

NET = (
    "input x Nx2x6x6 | conv w 3x3 channels 3 padding 1 bias b -> z | relu -> a | maxpool 3 stride 2"
    " -> p | flatten -> v | dense W 4 bias c -> h | cross_entropy t labels -> C"
)
BODY = NET.rsplit(" |", 1)[0]
SMALL = "input x Nx5 | dense w 4 bias b -> h | tanh -> a | dense v 3 -> o | cross_entropy t labels"


@pytest.fixture(scope="module")
def module():
    return parse_once(NET).compile("torch").module


@pytest.fixture(scope="module")
def batch():
    random = torch.Generator().manual_seed(0)
    return torch.randn(5, 2, 6, 6, generator=random), torch.randint(4, (5,), generator=random)


def own_network(module, x, t, dtype):
    """The same network in layers of PyTorch, with the same parameters."""
    model = module.Network(seed=1, dtype=dtype)
    p = {n: a.detach().clone().requires_grad_() for n, a in model.named_parameters()}
    functional = torch.nn.functional
    a = functional.conv2d(x, p["w"], p["b"], padding=1).relu()
    h = functional.max_pool2d(a, 3, 2).flatten(1) @ p["W"].T + p["c"]
    return model, p, h, functional.cross_entropy(h, t)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 2e-6)])
def test_a_step_of_the_module_is_that_of_layers_of_torch(module, batch, dtype, tolerance):
    x, t = batch[0].to(dtype), batch[1]
    model, p, h, wanted = own_network(module, x, t, dtype)
    found = model(x, t)
    found.backward()
    wanted.backward()
    assert abs(float((found - wanted).detach())) <= tolerance
    for name, parameter in model.named_parameters():
        assert parameter.grad.dtype == dtype
        assert float((parameter.grad - p[name].grad).abs().max()) <= tolerance
    predicted = model.predict(x)
    assert not predicted.requires_grad
    assert float((predicted - h.softmax(1)).detach().abs().max()) <= tolerance


def test_the_parameters_are_those_of_the_table_and_their_first_values(module):
    model = module.Network(seed=3, dtype=torch.float64)
    assert [n for n, _ in model.named_parameters()] == [p.name for p in module.PARAMETERS]
    assert list(model.state_dict()) == [p.name for p in module.PARAMETERS]
    for name, array in module.initial(3).items():
        np.testing.assert_array_equal(model.state_dict()[name].numpy(), array)
    assert {p.dtype for p in module.Network().parameters()} == {torch.get_default_dtype()}


def test_files_of_parameters_go_from_and_to_the_module(module, tmp_path):
    model = module.Network(seed=4)
    module.save(tmp_path / "p.npz", model.state_dict())
    again = module.Network(module.load(tmp_path / "p.npz"))
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(ValueError, match="the parameters are w, b, W, c, not w"):
        module.Network({"w": 1})


def test_an_optimiser_of_torch_trains_it(module, batch):
    model = module.Network(seed=0)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    costs = []
    for _ in range(25):
        optimiser.zero_grad()
        cost = model(*batch)
        cost.backward()
        optimiser.step()
        costs.append(float(cost.detach()))
    assert costs[-1] < 0.3 * costs[0]
    assert (model.predict(batch[0]).argmax(1) == batch[1]).all()


def test_without_a_cost_it_is_a_layer_under_a_cost_of_torch(module, batch):
    body = parse_once(BODY).compile("torch").module
    model, whole = body.Network(seed=2), module.Network(seed=2)
    torch.nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
    whole(*batch).backward()
    for one, other in zip(model.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    assert not hasattr(model, "predict")


def test_gradients_of_single_samples_add_up(module, batch):
    p = {n: a.detach() for n, a in module.Network(seed=1).named_parameters()}

    def cost(p, x, t):
        return module.network(x[None], *p.values(), t[None])

    each = torch.func.vmap(torch.func.grad(cost), in_dims=(None, 0, 0))(p, *batch)
    model = module.Network(seed=1)
    model(*batch).backward()
    for name, parameter in model.named_parameters():
        assert each[name].shape == (5, *parameter.shape)
        torch.testing.assert_close(each[name].mean(0), parameter.grad)


def test_a_penalty_on_a_gradient_is_differentiated(module, batch):
    x, t = batch[0].double().requires_grad_(), batch[1]
    model, p, _, wanted = own_network(module, x, t, torch.float64)
    for cost, parameters in ((model(x, t), dict(model.named_parameters())), (wanted, p)):
        (slope,) = torch.autograd.grad(cost, x, create_graph=True)
        (slope**2).sum().backward()
        p = {n: (a, parameters[n].grad) for n, a in p.items()}
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, p[name][1], rtol=1e-9, atol=1e-12)


def test_forward_and_backward_take_arrays_and_keep_what_is_given(module, batch):
    p = module.initial(0)
    cost, found = module.cost_and_gradients(*map(np.asarray, batch), parameters=p)
    wanted, right = (
        parse_once(NET).compile().module.cost_and_gradients(*map(np.asarray, batch), parameters=p)
    )
    assert float(cost) == pytest.approx(float(wanted), rel=1e-6)
    for name, array in right.items():
        np.testing.assert_allclose(np.asarray(found[name]), array, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        pytest.param(NET, marks=REST),
        pytest.param("input x 2x4x5x5 | conv w 3x3 channels 4 groups 2 stride 2 -> z", marks=REST),
        pytest.param("input x 2x3x6x6 | batchnorm weight g bias b | gelu | avgpool 2", marks=REST),
        pytest.param("input x 2x3x5 | upsample 2 mode linear | softmax | sse t", marks=REST),
        pytest.param("input x 3x4 | dense w 3 | cross_entropy t labels ignore -100", marks=REST),
    ],
)
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
def test_it_compiles_to_one_graph_with_the_same_numbers(text):
    network = Network.parse(text)
    compiled = network.compile("torch")
    random, shapes = (
        torch.Generator().manual_seed(0),
        network.fixed(N=3) if "N" in text else network,
    )
    given = []
    for tensor in shapes.program.given:
        shape = [int(n) for n in tensor.shape]
        if tensor.key == "t" and "labels" in text:
            given.append(torch.randint(3, shape, generator=random))
        else:
            drawn = torch.randn(shape, generator=random, dtype=torch.float64)
            given.append(drawn.requires_grad_(tensor.role != "target"))
    wrt = [a for a in given if a.requires_grad]

    def step(function):
        output = function(*given)
        return output.detach(), torch.autograd.grad(output.sum(), wrt)

    torch._dynamo.reset()
    graph = torch.compile(compiled.module.network, fullgraph=True, backend="aot_eager")
    found, right = step(graph), step(compiled.module.network)
    assert torch.equal(found[0], right[0])
    for one, other in zip(found[1], right[1], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


@pytest.fixture(scope="module")
def face():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FLAGS", QUICK)
        return Network.parse(NET).fixed(N=5).compile("c", dtype="float64").module


@NEEDS_COMPILER
def test_a_step_in_c_has_the_same_numbers(module, batch, face):
    x, t = batch[0].double().requires_grad_(), batch[1]
    found = []
    for model in (
        module.Network(dtype=torch.float64, face=face),
        module.Network(dtype=torch.float64),
    ):
        cost = model(x, t)
        found.append([cost.detach(), *torch.autograd.grad(3 * cost, [x, *model.parameters()])])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


@NEEDS_COMPILER
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_with_a_face_the_library_predicts(module, batch, face, dtype):
    asked = []

    class Watched:
        def predict(self, *given, **options):
            asked.append(given)
            return face.predict(*given, **options)

    x = batch[0].to(dtype, copy=True).requires_grad_()
    found = module.Network(dtype=dtype, face=Watched()).predict(x)
    right = module.Network(dtype=dtype).predict(x)
    assert len(asked) == 1
    assert found.dtype == dtype
    torch.testing.assert_close(found, right, rtol=1e-5, atol=1e-6)


@NEEDS_COMPILER
def test_a_step_in_c_answers_the_type_of_the_arrays_and_knows_no_second_derivative(
    module, batch, face
):
    model = module.Network(face=face)
    x = batch[0].clone().requires_grad_()
    cost = model(x, batch[1])
    assert cost.dtype == torch.float32
    assert torch.autograd.grad(cost, x)[0].dtype == torch.float32
    with pytest.raises(RuntimeError, match="differentiated once: `network` is twice"):
        torch.autograd.grad(model(x, batch[1]), x, create_graph=True)
    with torch.no_grad():
        assert not model(x, batch[1]).requires_grad


@pytest.mark.long
@pytest.mark.rest
@NEEDS_COMPILER
def test_a_body_in_c_is_a_layer_under_a_cost_of_torch(batch):
    network = parse_once(BODY).fixed(N=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FLAGS", QUICK)
        face = network.compile("c", dtype="float64").module
    body, x = network.compile("torch").module, batch[0].double()
    found = []
    for model in (body.Network(dtype=torch.float64, face=face), body.Network(dtype=torch.float64)):
        cost = torch.nn.functional.cross_entropy(model(x), batch[1])
        found.append(torch.autograd.grad(cost, list(model.parameters())))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-13)


@NEEDS_COMPILER
def test_a_body_in_c_notices_what_was_changed_behind_it():
    body = parse_once("input x 5x3 | dense w 2 | tanh").fixed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FLAGS", QUICK)
        face = body.compile("c").module
    model = body.compile("torch").module.Network(face=face)
    output = model(torch.ones(5, 3))
    with torch.no_grad():
        model.w.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


def test_what_nobody_asks_for_is_frozen(batch):
    """`only` leaves out gradients: of the images, and of parameters, which then do not learn."""
    whole, some = parse_once(NET), parse_once(NET).only("W", "c")
    module = some.compile("torch").module
    model, right = module.Network(seed=1), whole.compile("torch").module.Network(seed=1)
    for one in (model, right):
        one(*batch).backward()
    assert [n for n, p in model.named_parameters() if p.requires_grad] == ["W", "c"]
    assert torch.equal(model.W.grad, right.W.grad)
    assert model.w.grad is None
    with pytest.raises(ValueError, match="no gradient by x is derived"):
        model(batch[0].clone().requires_grad_(), batch[1])


def changed(batch, **others):
    return {"x": batch[0], "t": batch[1]} | others


@pytest.mark.parametrize(
    ("others", "error", "words"),
    [
        ({"t": [0, 1, 2, 3, 4]}, ValueError, "t has the class 4, but there are 4 classes, 0 to 3"),
        ({"t": [0, 1, 2, 3, -1]}, ValueError, "t has the class -1"),
        ({"t": [0.0] * 5}, ValueError, "t holds class numbers, so its type must be an integer"),
        ({"t": [True] * 5}, ValueError, "must be an integer, not torch.bool"),
        ({"t": [0, 1]}, ValueError, r"t has the shape \(2,\), not \(5,\)"),
        ({"x": np.zeros((5, 2, 6))}, ValueError, r"x has the shape \(5, 2, 6\), not \(N, 2, 6, 6"),
        ({"x": np.zeros((5, 2, 6, 5))}, ValueError, r"x has the shape .*, not \(5, 2, 6, 6\)"),
        ({"x": np.zeros((5, 2, 6, 6), complex)}, TypeError, "x holds torch.complex128, not real"),
    ],
)
def test_a_bad_array_is_named_in_one_line(module, batch, others, error, words):
    with pytest.raises(error, match=words) as caught:
        module.Network()(**{k: torch.as_tensor(a) for k, a in changed(batch, **others).items()})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8])
def test_class_numbers_are_integers_of_any_width(module, batch, kind):
    model = module.Network(seed=1)
    assert torch.equal(model(batch[0], batch[1].to(kind)), model(*batch))


def test_a_label_that_is_ignored_counts_for_nothing():
    text = "input x 4x3 | dense w 3 | cross_entropy t labels ignore -100"
    model = Network.parse(text).compile("torch").module.Network(dtype=torch.float64)
    x, t = torch.ones(4, 3, dtype=torch.float64).cumsum(0), torch.tensor([0, -100, 2, -100])
    logits = x @ model.w.T
    torch.testing.assert_close(model(x, t), torch.nn.functional.cross_entropy(logits, t))


def test_nobody_waits_in_vain_for_the_gradient_of_a_target():
    module = Network.parse("input x 2x3 | dense w 3 -> h | mse t").compile("torch").module
    x, t = torch.ones(2, 3), torch.zeros(2, 3, requires_grad=True)
    with pytest.raises(ValueError, match=r"no gradient by t is derived: pass t.detach\(\)"):
        module.Network()(x, t)
    assert module.Network()(x, t.detach()).requires_grad


def test_names_of_a_module_of_torch_are_never_those_of_parameters():
    names = {n for n in dir(torch.nn.Module()) if not n.startswith("_")}
    assert names <= RESERVED | MODULE_OF_TORCH
    text = "input ctx 2x3 | dense half 3 bias self -> training | dense face 2 -> slopes | mse like"
    module = Network.parse(text).compile("torch").module
    x, t = torch.ones(2, 3), torch.zeros(2, 2)
    model = module.Network(seed=0)
    model(x, t).backward()
    assert [n for n, _ in model.named_parameters()] == [p.name for p in module.PARAMETERS]
    assert all(p.grad is not None for p in model.parameters())


LINES = (
    "import os", "x = torch.load", "x = torch.ops", "x = torch.save", "x = torch.hub",
    "x = nn.init",
    "x = torch.jit", "x = functional.dropout", "x = torch.zeros", "x = super().__class__",
    "x = torch.Tensor.__init__", "torch.inf = 1", "def f(p):\n    p.data = 1",
    "@disable\n@disable\ndef f():\n    return 1", "x = torch.from_numpy(1).data_ptr",
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_what_reaches_outside_is_not_allowed(line):
    text = parse_once(NET).numpy_source("torch")
    with pytest.raises(SymconvError, match="generated code is not allowed"):
        ALLOW_LISTS["torch"].audit(f"{text}\n{line}\n")


@pytest.mark.long
@pytest.mark.rest
def test_the_command_shows_writes_and_verifies_it(tmp_path):
    done = symconv("run", SMALL, "--style", "torch", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "ok      torch module on floats: " in done.stdout
    assert "class Network(nn.Module):" in (tmp_path / "network.py").read_text("utf-8")
    assert "gradgradcheck" in (tmp_path / "test_network.py").read_text("utf-8")


def test_symconv_writes_for_torch_without_torch():
    """The text is made where PyTorch is not installed, and running it says what is missing."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from symconv import Network\n"
        f"net = Network.parse({SMALL!r})\n"
        "assert 'class Network' in net.numpy_source('torch')\n"
        "try: net.compile('torch').module\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MissingToolError the module needs torch, which is not installed")


def test_no_room_of_symconv_imports_torch_to_write_for_it():
    for path in (ROOT / "symconv" / "codegen" / "torch").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "torch" for name in names)


WRITTEN = (
    "two-convs", "conv-pool-sigmoid-dense", "general-conv-strided", NET, BODY, f"{NET} only W z",
    "input x 4x5 | dense w 3 bias b -> h | cross_entropy t labels ignore -100 -> C",
    "input x 2x2x5x5 | maxpool 3 stride 2 padding 1 -> p | upsample 2 -> u | softmax -> s",
    "input x 2x3x4 | layernorm weight g bias b -> y | gelu -> a | bce_logits t -> C",
)  # fmt: skip


def write_module(folder, text):
    text, _, asked = text.partition(" only ")
    network = Network.parse(text) if "|" in text else Network.example(text)
    network = network.only(*asked.split()) if asked else network
    made = network.generate("torch")
    folder.mkdir()
    (folder / "network.py").write_text(made.source, "utf-8")
    (folder / "test_network.py").write_text(made.tests("network"), "utf-8")


def run_in(folder, *command):
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_modules_and_their_tests_are_clean(tmp_path):
    pytest.importorskip("ruff")
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(settings.replace('"generated/**"', '"**"'), "utf-8")
    for k, text in enumerate(WRITTEN):
        write_module(tmp_path / f"{k}", text)
    for command in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        done = run_in(tmp_path, "ruff", *command, ".")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.rest
def test_the_tests_of_modules_pass(tmp_path):
    for k, text in enumerate(WRITTEN):
        write_module(tmp_path / f"{k}", text)
    options = ("-q", "-W", "error", "-p", "no:cacheprovider", "--import-mode=importlib")
    done = run_in(tmp_path, "pytest", *options, ".")
    # Three tests of every module, and one of its parameters where it has any.
    assert f"{4 * len(WRITTEN) - 1} passed" in done.stdout, done.stdout


@pytest.mark.long
@pytest.mark.rest
def test_a_wrong_gradient_is_noticed_by_the_tests_of_a_module(tmp_path):
    write_module(tmp_path / "own", SMALL)
    path = tmp_path / "own" / "network.py"
    text = path.read_text("utf-8")
    assert "delta_o.T @ values.a" in text
    path.write_text(text.replace("delta_o.T @ values.a", "delta_o.T @ values.h"), "utf-8")
    done = run_in(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", ".")
    assert done.returncode == 1, done.stdout
