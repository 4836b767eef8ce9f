"""The C style: every layer, networks at random, and all that a C file must not do."""

import itertools
import re
import runpy
import shutil
import stat
import subprocess

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK, TOLERANCES, WHOLE, draw_network, errors, small, use
from command import symconv
from paths import ROOT

from symconv import Network
from symconv.codegen.c import build
from symconv.codegen.c.allowlist import audit_c
from symconv.codegen.c.file import escape_comment
from symconv.codegen.c.passes import ALIGNMENT
from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode
from symconv.docs.layer_pages import typical_text
from symconv.layers import catalogue

VARIANTS = runpy.run_path(str(ROOT / "tests/codegen/test_readable_catalogue.py"))["VARIANTS"]
TYPICAL = [typical_text(catalogue()[k]) for k in sorted(catalogue())]
EVERYTHING = (
    "input x 2x2x6x6 | conv w 3x2 channels 4 padding 1 stride 2 bias b -> z | relu -> a "
    "| maxpool 2 stride 1 padding 1 -> p | flatten -> v | dense W 3 bias c -> h "
    "| cross_entropy t labels -> C"
)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("CC", raising=False)
        patch.setattr(build, "FLAGS", QUICK)
        yield patch


@pytest.fixture
def whole(monkeypatch):
    """The flags that users have."""
    monkeypatch.setattr(build, "FLAGS", WHOLE)


def check(network, **options):
    found = errors(network, **options)
    assert all(found[dtype] <= TOLERANCES[dtype] for dtype in found), found


@NEEDS_COMPILER
@pytest.mark.usefixtures("whole")
def test_a_network_agrees_with_the_readable_module():
    check(small(EVERYTHING), dtypes=("float64",))


@NEEDS_COMPILER
@pytest.mark.parametrize("text", [*TYPICAL[::9], *VARIANTS[::16]])
def test_layers_agree_with_the_readable_module(text):
    check(small(text), dtypes=("float64",))


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("text", [*TYPICAL, *VARIANTS])
def test_every_layer_agrees_with_the_readable_module(text):
    check(small(text))


@NEEDS_COMPILER
@pytest.mark.parametrize("seed", range(4))
def test_networks_at_random_agree(seed):
    check(draw_network(seed), dtypes=("float64",), share=0.1)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("part", range(30))
def test_many_networks_at_random_agree(part):
    for seed in range(1000 + 10 * part, 1010 + 10 * part):
        check(draw_network(seed), share=0.1)


SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-Wall", "-Wextra",
             "-Wpedantic", "-Werror")  # fmt: skip
MAIN = """#include <stdlib.h>
#include <string.h>
#include "{prefix}.h"
int main(void)
{{
  {prefix}_arrays arrays;
  void *workspace = aligned_alloc(64, ({prefix}_workspace() + 63) / 64 * 64);
  memset(workspace, 0xff, {prefix}_workspace());
{lines}
  {prefix}_forward(&arrays, workspace);
  {prefix}_backward(&arrays, workspace);
  {prefix}_step(&arrays, workspace);
  return 0;
}}
"""


def sanitize(network, folder, *flags, isa="scalar"):
    """Run a program that calls all functions, with the sanitizers that see addresses and the rest.

    Every array is allocated to the byte, and the workspace is full of NaN.
    """
    made = network.generate_c(dtype="float64", isa=isa)
    lines, given = [], {t.key for t in made.parts.program.given}
    for tensor in made.parts.fields:
        kind = "int64_t" if tensor.kind == "label" else "double"
        name = made.parts.names[tensor.key]
        lines.append(f"  {kind} *p_{name} = malloc(sizeof({kind}) * {tensor.entries});")
        value = "k % 2" if tensor.kind == "label" else "(k * 7919 % 13 - 5) / 8.0"
        start = value if tensor.key in given else "0"
        lines.append(f"  for (int k = 0; k < {tensor.entries}; k++) p_{name}[k] = {start};")
        lines.append(f"  arrays.{name} = p_{name};")
    stem = made.stem
    files = {f"{stem}.c": made.files.source, f"{stem}.h": made.files.header}
    files["main.c"] = MAIN.format(prefix=made.files.prefix, lines="\n".join(lines))
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    compiler = build.find_compiler()
    command = [compiler, "-std=c11", "-O0", *SANITIZED, *flags, "-o", "run", "main.c", f"{stem}.c"]
    subprocess.run([*command, "-lm"], cwd=folder, check=True)
    run = {"ASAN_OPTIONS": "detect_leaks=0", "PATH": "/usr/bin:/bin"}
    subprocess.run([folder / "run"], cwd=folder, check=True, env=run)


@NEEDS_COMPILER
def test_a_network_runs_under_sanitizers(tmp_path):
    sanitize(small(EVERYTHING), tmp_path)


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("text", [*TYPICAL, *VARIANTS])
def test_every_layer_runs_under_sanitizers(text, tmp_path):
    sanitize(small(text), tmp_path)


@NEEDS_COMPILER
@pytest.mark.skipif(not shutil.which("nm"), reason="no nm was found")
def test_nothing_is_allocated_and_no_global_is_written(tmp_path):
    made = small(EVERYTHING).generate_c()
    for name, text in made.written().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
    command = [build.find_compiler(), "-std=c99", "-O1", *warnings, "-c", "network.c"]
    subprocess.run(command, cwd=tmp_path, check=True)
    table = subprocess.run(["nm", "network.o"], cwd=tmp_path, check=True, capture_output=True)
    rows = re.findall(r"([A-Za-z]) (\w+)$", table.stdout.decode(), re.MULTILINE)
    assert {name for kind, name in rows if kind == "U"} <= {"expf", "logf", "exp", "log", "memset"}
    assert not {"b", "B", "d", "D", "C"} & {kind for kind, _ in rows}


@NEEDS_COMPILER
def test_what_is_bound_computes_from_what_the_arrays_hold():
    network = small("input x 3 batch 2 | dense w 2 bias b -> h | tanh -> a | sse t -> C")
    module = network.compile("c", dtype="float64").module
    rng = np.random.default_rng(0)
    given = {"x": (2, 3), "w": (2, 3), "b": (2,), "t": (2, 2)}
    given = {n: rng.standard_normal(shape) for n, shape in given.items()}
    run, found = module.bind(**given)
    run()
    kept = found.gradients.dw.copy()
    np.testing.assert_array_equal(kept, module.step(**given).gradients.dw)
    given["w"] *= 2
    run()
    assert np.abs(found.gradients.dw - kept).max() > 1e-3
    np.testing.assert_array_equal(found.C, module.step(**given).C)


@NEEDS_COMPILER
def test_arrays_that_do_not_fit_are_refused():
    module = small(EVERYTHING).compile("c").module
    shapes = {n: np.zeros(s, int if n == "t" else float) for n, s in module.SHAPES.items()}
    wanted = module.forward.__code__.co_varnames[: module.forward.__code__.co_argcount]
    given = {n: shapes[n] for n in wanted}
    assert pytest.approx(np.log(3)) == module.forward(**given).C
    wrong = {
        "x has the shape": given | {"x": np.zeros((2, 2, 6, 5))},
        "x holds complex128": given | {"x": given["x"] * 1j},
        "t has the class 3": given | {"t": np.array([0, 3])},
        "t has the class -1": given | {"t": np.array([-1, 0])},
        "must be an integer": given | {"t": np.array([0.5, 1.0])},
    }
    for words, arrays in wrong.items():
        with pytest.raises((TypeError, ValueError), match=words):
            module.forward(**arrays)


NAN, INF = np.nan, np.inf


@NEEDS_COMPILER
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_at_nan_and_at_both_infinities_are_those_of_the_readable_style():
    layers = ("relu -> a", "leaky_relu -> b", "elu -> c", "softplus -> d", "sigmoid -> e",
              "tanh -> f", "gelu -> g", "silu -> h")  # fmt: skip
    stages = " | ".join(f"m{n}[i] = x[i] for i<4 | {layer}" for n, layer in enumerate(layers))
    network = Network.parse(f"input x 4 | {stages} | y[i] = max(x[i], 0) + min(x[i], 1) for i<4")
    x = {"x": np.array([NAN, INF, -INF, 2.0])}
    wanted = use(network, "readable").forward(x)
    for dtype in TOLERANCES:
        found = use(network, "c", dtype=dtype).forward(x)
        for key in found:
            assert np.allclose(found[key], wanted[key], rtol=1e-6, equal_nan=True), (key, dtype)


@NEEDS_COMPILER
def test_a_window_with_nan_has_the_maximum_nan_and_padding_never_wins():
    network = Network.parse("input x 2x4 channels none | maxpool 2x2 padding 1 -> y")
    module = network.compile("c", dtype="float64").module
    x = np.full((2, 4), -INF)
    x[1, 2] = NAN
    wanted = np.array([[-INF, -INF, -INF], [-INF, NAN, -INF]])
    assert np.array_equal(module.forward(x=x).y, wanted, equal_nan=True)
    ones = module.step(x=x, delta_y=np.ones((2, 3))).dx
    assert ones.sum() == 6, "a gradient went to the padding"


TITLES = (
    "a */ int x; /* b", "*/", "**//*", "*/*/", "ends with a \\", "??/ trigraph", "two\nlines",
    "\u202e right to left", "#include <stdio.h>", '"quoted"', "%s %n", "*\\\n/",
)  # fmt: skip


@NEEDS_COMPILER
def test_a_title_stays_text(tmp_path):
    network = Network.parse("input x 3 | dense w 2 -> h | sse t -> C")
    for number, title in enumerate(TITLES):
        made = network.titled(title).generate_c()
        comment = escape_comment(title)
        assert "*/" not in comment
        assert "\n" not in comment
        text = made.source
        body = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        directives = {line for line in body.splitlines() if line.startswith("#")}
        own = f'#include "{made.stem}.h"'
        assert directives == {*(f"#include <{n}.h>" for n in ("math", "stddef", "stdint")), own}
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in (f"{made.stem}.c", f"{made.stem}.h"):
            (folder / name).write_text(made.written()[name], encoding="utf-8")
        warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only")
        command = [build.find_compiler(), "-std=c99", *warnings, f"{made.stem}.c"]
        subprocess.run(command, cwd=folder, check=True)


FORBIDDEN = (
    'system("ls");', "asm(1);", "malloc(3);", "#include <stdio.h>", '#include "/etc/passwd"',
    "fopen(x);", "int x = 'a';", "a \\ b", "__asm__(x);", "goto end;", "volatile int x;",
    "extern int x;", "// a line", "/* open", "union u;", "#pragma once", "#define x system",
    "#define HOLD(x) system(x)",
    "\u03b4 = 1;", "@", "main();", "static int y = getenv;",
)  # fmt: skip


@pytest.mark.parametrize("line", FORBIDDEN)
def test_what_reaches_outside_is_not_allowed(line):
    assert audit_c("static int x = 1;\n/* free text: */\n", {"x"})
    with pytest.raises(SymconvError, match="generated C is not allowed"):
        audit_c(f"static int x = 1;\n{line}\n", {"x", "y"})


@NEEDS_COMPILER
def test_names_that_c_has_already_are_given_way_to():
    text = "input y1 3 | dense INFINITY 2 bias float -> int | sse main -> exp"
    check(Network.parse(text), dtypes=("float64",))


@NEEDS_COMPILER
def test_the_cache_is_its_owners_alone(tmp_path, monkeypatch):
    network = Network.parse("input x 2 | dense w 2 -> h | sse t -> C")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    network.compile("c")
    (folder,) = (tmp_path / "symconv").iterdir()
    for path in (tmp_path / "symconv", folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    before = (folder / "libnetwork.so").stat().st_mtime_ns
    network.compile("c")
    assert (folder / "libnetwork.so").stat().st_mtime_ns == before, "it was built again"
    network.compile("c", dtype="float64")
    assert len(list((tmp_path / "symconv").iterdir())) == 2
    for place in (folder, tmp_path / "symconv"):
        place.chmod(0o770)
        with pytest.raises(SymconvError, match="the cache folder is not safe"):
            network.compile("c")
        place.chmod(0o700)
    # Another text under the same name is never taken for what was built.
    (folder / "network.c").write_text("int x;", encoding="utf-8")
    network.compile("c")
    assert "network_step" in (folder / "network.c").read_text(encoding="utf-8")
    shutil.rmtree(tmp_path / "symconv")
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "symconv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SymconvError, match="the cache folder is not safe"):
        network.compile("c")


def test_without_a_compiler_there_is_one_line(monkeypatch):
    monkeypatch.setenv("CC", "/nowhere/cc")
    network = Network.parse("input x 2 | dense w 2 -> h | sse t -> C")
    with pytest.raises(SymconvError, match="no C compiler was found"):
        network.compile("c")
    assert "network_step" in network.generate_c().source, "a file needs no compiler"


def test_without_a_compiler_files_are_written_and_the_module_is_not_checked(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "/nowhere/cc")
    done = symconv("run", "two-convs", "--style", "c", "-o", str(tmp_path))
    assert (tmp_path / "two_convs.c").exists()
    said = " ".join(done.stdout.split())
    assert "open c module: not checked, as no C compiler was found" in said
    assert said.endswith(" checks passed, 0 failed, 1 undecided")
    assert (done.returncode, done.stderr.count("error")) == (ExitCode.OPEN, 0)


@NEEDS_COMPILER
def test_a_library_of_another_file_is_refused(tmp_path):
    made = [Network.parse(f"input x {n} | dense w 2 -> h | sse t -> C") for n in (2, 3)]
    compiled = [network.compile("c") for network in made]
    folders = [re.sub(r"/[^/]*$", "", one.path) for one in compiled]
    shutil.copy(f"{folders[0]}/libnetwork.so", tmp_path)
    module = compiled[1].module
    module.__file__ = str(tmp_path / "network.py")
    with pytest.raises(OSError, match="was made from another C file"):
        module.load_library()


@pytest.mark.parametrize("text", [EVERYTHING, "input x 3x5 | relu -> a | maxpool 3x1 -> p"])
def test_the_arrays_of_a_workspace_lie_side_by_side_and_end_in_it(text):
    """Each begins at a multiple of the alignment, behind the one before; less is lost than one."""
    parts = small(text).generate_c().parts
    end = 0
    for key, begin in parts.inner.items():
        tensor = parts.program.tensors[key]
        assert begin % ALIGNMENT == 0
        assert end <= begin < end + ALIGNMENT
        end = begin + tensor.entries * (1 if tensor.kind == "mask" else 8)
    assert {parts.program.tensors[key].kind for key in parts.inner} >= {"mask", "real"}
    assert parts.bytes % ALIGNMENT == 0
    assert end <= parts.bytes < end + ALIGNMENT


@NEEDS_COMPILER
def test_an_index_that_a_label_chooses_is_no_loop():
    """A row of a table is read by its number: no loop goes over all rows to find it."""
    network = small("input x NxT | embedding w 5x3 -> y | sse t")
    source = network.generate_c().source
    (place,) = [n for n, line in enumerate(source.splitlines()) if "int64_t label" in line]
    assert source.splitlines()[place + 1].strip() == "if (label >= 0 && label < 5) {"
    check(network, dtypes=("float64",))


@NEEDS_COMPILER
def test_tiles_run_under_sanitizers(tmp_path, monkeypatch):
    monkeypatch.setattr("symconv.codegen.c.nests.nest.LEAST_PRODUCTS", 1)
    sanitize(small(EVERYTHING), tmp_path, "-Wno-psabi", isa="avx2")


@NEEDS_COMPILER
@pytest.mark.parametrize("style", ["c", "loops"])
def test_the_winner_of_a_window_is_that_of_the_readable_style(style):
    """In every order of three values, ties among them, and with NaN wherever it may stand.

    The windows of one layer are written out, those of the other one reach over its border.
    """
    rows = np.array(list(itertools.product((0.0, 1.0, 2.0, np.nan), repeat=3)))
    for options, places in (("", 1), ("stride 1 padding 0x1", 3)):
        network = Network.parse(f"input x 64x3 | maxpool 1x3 {options} -> p")
        given = {"x": rows, "delta p": np.ones((64, places))}
        found, right = (use(network, s).run(given)["gradient x"] for s in (style, "readable"))
        np.testing.assert_array_equal(found, right)
        assert (found.sum(axis=1) == places).all()


HIDDEN = {
    "p[i,j] = [j<=i]*exp(x[i,j])/(sum(k<4) [k<=i]*exp(x[i,k]))": (),
    "p[i,j] = m[i,j]*exp(x[i,j])/(sum(k<4) m[i,k]*exp(x[i,k]))": ("m",),
}


@NEEDS_COMPILER
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("text", HIDDEN)
def test_what_a_mask_hides_does_not_move_a_softmax(text):
    """An exponential of 800 is beyond all numbers."""
    network = Network.parse(f"input x 4x4 channels none | {text}")
    x = np.arange(16.0).reshape(4, 4) % 5 + 800 * np.triu(np.ones((4, 4)), 1)
    given = {"x": x, "delta p": np.arange(16.0).reshape(4, 4) % 3}
    given |= {n: np.tril(np.ones((4, 4))) for n in HIDDEN[text]}
    found, right = (use(network, s).run(given) for s in ("c", "loops"))
    for name in ("p", "gradient x"):
        assert np.isfinite(found[name]).all()
        np.testing.assert_allclose(found[name], right[name], rtol=1e-5, atol=1e-6)
