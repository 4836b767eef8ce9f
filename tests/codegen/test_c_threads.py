"""Parts of a batch that C hands over to threads: who computes them, and that it does not matter."""

import dataclasses
import functools
import gc
import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from c_style import NEEDS_COMPILER, QUICK, WHOLE
from paths import ROOT

from symconv import Network
from symconv.codegen.c import build

CHUNK = 4
TEXT = (
    "input x Nx1x6x5 | conv w 3x3 channels 2 padding 1 bias b -> z | relu -> a | flatten -> v "
    "| dense W 4 bias c -> h | cross_entropy t labels -> C"
)
FOREVER = 10**9
"""Turns that take longer than a test: a worker is there while it lasts."""

NEEDS_CORES = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="threads need two cores",
)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("CC", raising=False)
        patch.setattr(build, "FLAGS", QUICK)
        yield patch


@functools.cache
def compiled(flags):
    """The network with a library that was made with such flags."""
    assert flags == build.FLAGS
    return Network.parse(TEXT).compile("c", dtype="float64", chunk=CHUNK)


def make():
    """A module of its own that hands parts over whether it is worth it or not."""
    module = dataclasses.replace(compiled(build.FLAGS)).module
    module.HANDOVER = -(10**12)
    return module


def draw(batch, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"x": (batch, 1, 6, 5), "w": (2, 1, 3, 3), "b": (2,), "W": (4, 60), "c": (4,)}
    return {n: rng.standard_normal(s) for n, s in shapes.items()} | {
        "t": rng.integers(4, size=batch)
    }


def listed(step):
    return [step.C, *step.gradients]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(listed(one), listed(other), strict=True))


def wait_until(condition):
    """Whether something comes true, which may take a moment on a busy machine."""
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    return condition()


def find_state(module, worker=0):
    return module.WORKERS[worker]["state"][0]


ASLEEP, READY = 0, 1


@NEEDS_COMPILER
@NEEDS_CORES
def test_a_worker_computes_its_part_sleeps_and_is_woken():
    module, given = make(), draw(3 * CHUNK)
    module.TURNS = FOREVER
    run, first = module.bind(**given, threads=2)

    def is_ready():
        run()  # the first steps may be over before the thread has a core
        return find_state(module) == READY

    assert wait_until(is_ready)
    kept = [np.copy(a) for a in listed(first)]
    for _ in range(50):
        run()
        assert all(np.array_equal(a, b) for a, b in zip(listed(first), kept, strict=True))
    # The thread that looks for parts now is told to look only once more.
    module.WORKERS[0]["state"][0] = ASLEEP
    module.TURNS = 1
    worker = module.WORKERS[0]["thread"]
    assert wait_until(worker.is_alive)
    run()
    assert wait_until(lambda: find_state(module) == ASLEEP)
    for _ in range(5):
        run()
        assert all(np.array_equal(a, b) for a, b in zip(listed(first), kept, strict=True))
    assert module.WORKERS[0]["thread"] is worker


@NEEDS_COMPILER
@pytest.mark.parametrize("threads", [2, 3])
def test_without_any_worker_the_caller_computes_all_parts(threads, monkeypatch):
    module, given = make(), draw(3 * CHUNK + 2)
    wanted = module.step(**given, threads=threads)
    alone = make()
    alone.wake_worker = lambda _: None
    assert same(alone.step(**given, threads=threads), wanted)
    single = make()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert same(single.step(**given, threads=threads), wanted)
    assert not any("thread" in worker for worker in single.WORKERS)

    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert same(make().step(**given, threads=threads), wanted)


@NEEDS_COMPILER
@pytest.mark.parametrize("bound", [False, True])
def test_a_worker_that_has_come_but_gets_no_core_is_not_waited_for(bound):
    """It is ready, as its word says, but nobody is there."""
    module, given = make(), draw(3 * CHUNK)
    wanted = module.step(**given, threads=2)
    other = make()
    other.SPARED = 2 * other.count_cycles(3 * CHUNK)
    woken = []
    other.wake_worker = woken.append
    other.find_workers(1)[0]["state"][0] = READY
    run, found = other.bind(**given, threads=2)

    def step():
        if not bound:
            return other.step(**given, threads=2)
        run()
        return found

    # It may have lost its core for a moment: that is spared it twice.
    for state in (READY, READY, ASLEEP):
        assert same(step(), wanted)
        assert find_state(other) == state
        assert not woken
    # It is taken to be asleep from then on, and woken.
    assert same(step(), wanted)
    assert woken == other.WORKERS
    assert find_state(other) == ASLEEP


@NEEDS_COMPILER
def test_nobody_is_woken_again_and_again_in_vain():
    """As where steps are short and rare, or no core is free: ever more steps go by."""
    module, given, when, steps = make(), draw(3 * CHUNK), [], []
    module.wake_worker = lambda _: when.append(len(steps))
    module.SKIPPED = 255 * module.count_cycles(3 * CHUNK)
    run, found = module.bind(**given, threads=2)
    wanted = make().step(**given, threads=2)
    for _ in range(1200):
        steps.append(run())
        assert same(found, wanted)
    gaps = [b - a for a, b in itertools.pairwise(when)]
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 256, 256, 256]
    # Of what a worker misses that was there, nothing is learnt.
    when.clear()
    for _ in range(20):
        module.WORKERS[0]["state"][0] = READY
        run()
    assert not when
    # A long step wakes somebody every time.
    module.SKIPPED = module.count_cycles(3 * CHUNK) - 1
    run, _ = module.bind(**given, threads=2)
    when.clear()
    for _ in range(10):
        run()
    assert len(when) == 10


@NEEDS_COMPILER
def test_a_step_that_finds_one_worker_asleep_leaves_the_others_ready():
    module, seen = make(), []
    first, second = module.find_workers(2)
    module.wake_worker = lambda _: seen.append([find_state(module, n) for n in (0, 1)])
    wanted = make().step(**draw(3 * CHUNK), threads=3)
    first["state"][0], second["state"][0] = READY, ASLEEP
    assert same(module.step(**draw(3 * CHUNK), threads=3), wanted)
    assert seen == [[READY, ASLEEP]]


@NEEDS_COMPILER
@pytest.mark.parametrize("step", ["bind", "step"])
def test_no_line_of_the_cache_is_written_by_two_threads_but_where_samples_meet(step, monkeypatch):
    """Results of few numbers, which a part of the batch has beside the samples' own."""
    module, parts = make(), []
    bind = module.bind_step

    def listen(given, made, threads, workspaces):
        run = bind(given, made, threads, workspaces)
        parts.append(made)
        return run

    monkeypatch.setattr(module, "bind_step", listen)
    share = module.share_parts
    monkeypatch.setattr(
        module, "share_parts", lambda some, made: parts.extend(some) or share(some, made)
    )
    getattr(module, step)(**draw(3 * CHUNK), threads=3)
    first, *others, made = [*(p["arrays"] for p in parts[:-1]), parts[-1]]
    lines = [
        {a.ctypes.data // 64 for a in (own[n] for n in made) if a.shape[:1] != (3 * CHUNK,)}
        for own in (first, *others)
    ]
    assert len(lines) == 3
    assert not any(one & other for one, other in itertools.combinations(lines, 2))
    # What another thread reads for each part, too.
    places = {int(p["pointers"].ctypes.data) for p in parts[:-1]}
    assert all(place % 128 == 0 for place in places)


@NEEDS_COMPILER
def test_a_worker_with_another_callers_part_is_left_alone():
    module, given = make(), draw(3 * CHUNK)
    wanted = module.step(**given, threads=2)
    for state in (2, 3, 4):
        busy = make()
        busy.find_workers(1)[0]["state"][0] = state
        assert same(busy.step(**given, threads=2), wanted)
        assert find_state(busy) == state


@NEEDS_COMPILER
def test_two_modules_and_one_from_many_threads_at_once():
    modules, given = (make(), make()), [draw(n, n) for n in (9, 12, 30)]
    wanted = [modules[0].step(**g, threads=2) for g in given]
    jobs = [(modules[n % 2], n % 3) for n in range(60)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda job: job[0].step(**given[job[1]], threads=2), jobs))
    assert all(same(step, wanted[n]) for (_, n), step in zip(jobs, found, strict=True))
    assert all(len(module.WORKERS) == 1 for module in modules)


@NEEDS_COMPILER
def test_a_bound_step_that_two_threads_call_against_the_rules_does_not_hang():
    module = make()
    run, _ = module.bind(**draw(4 * CHUNK), threads=2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: [run() for _ in range(100)], range(2)))
    assert wait_until(lambda: find_state(module) in {ASLEEP, READY})


@NEEDS_COMPILER
@NEEDS_CORES
def test_a_thread_without_work_ends_and_frees_its_module():
    module, given = make(), draw(3 * CHUNK)
    module.IDLE, module.TURNS = 0.01, 100
    wanted = module.step(**given, threads=2)
    worker = module.WORKERS[0]["thread"]
    assert wait_until(lambda: not worker.is_alive())
    # Another one begins where there is work again.
    assert same(module.step(**given, threads=2), wanted)
    again = module.WORKERS[0]["thread"]
    assert again is not worker
    assert wait_until(lambda: not again.is_alive())
    left = weakref.ref(module)
    del module
    gc.collect()
    assert left() is None


PROGRAM = """
import os, sys, warnings
sys.path[:0] = [{root!r}, {tests!r}]
import test_c_threads as tests
tests.build.FLAGS = tests.QUICK
warnings.simplefilter("ignore")
module, given = tests.make(), tests.draw(12)
module.TURNS = tests.FOREVER
wanted = module.step(**given, threads=3)
assert tests.same(module.step(**given, threads=3), wanted)
if hasattr(os, "fork"):
    child = os.fork()
    if not child:
        good = all(tests.same(module.step(**given, threads=3), wanted) for _ in range(5))
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert tests.same(module.step(**given, threads=3), wanted)
"""


@NEEDS_COMPILER
def test_a_process_forks_and_ends_while_workers_look_for_parts():
    program = PROGRAM.format(root=str(ROOT), tests=str(ROOT / "tests/codegen"))
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests/data")])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@NEEDS_COMPILER
def test_without_atomic_words_threads_of_python_have_the_parts(monkeypatch):
    given = draw(3 * CHUNK + 1)
    wanted = [make().step(**given, threads=n) for n in (1, 2, 3)]
    monkeypatch.setattr(build, "FLAGS", (*QUICK, "-U__GCC_ATOMIC_POINTER_LOCK_FREE"))
    module = make()
    for n, right in enumerate(wanted, 1):
        assert same(module.step(**given, threads=n), right)
    assert not module.WORKERS
    assert module.THREAD_POOLS


TEXTS = (TEXT, "input x Nx3 | dense w 2 -> h | sse t -> C", "input x Nx1x40x40 | relu -> y | sse t")


@NEEDS_COMPILER
@pytest.mark.parametrize("text", TEXTS)
def test_a_batch_falls_into_the_parts_that_take_the_least_time(text):
    """As the plan tells: from the least batch on, in no more parts than threads, with no gap."""
    network = Network.parse(text)
    made, module = network.generate_c(), network.compile("c", isa="scalar").module
    chunk, (whole, alone) = module.CHUNK, module.CYCLES
    least = made.parts.times.find_least_batch()
    assert f"threads=2 has an effect from {least} samples on" in made.plan_text()
    assert all(module.split_batch(n, 2) == [0, n] for n in range(1, least))
    assert len(module.split_batch(least, 2)) == 3

    def cost(ends):
        sizes = np.diff(ends)
        assert (sizes > 0).all()
        times = sizes // chunk * whole + sizes % chunk * alone
        return times.max() + module.HANDOVER * (len(sizes) - 1)

    for n in (*range(1, 4 * chunk, 7), 10 * chunk, 10 * chunk + 1):
        for threads in (1, 2, 3, 5):
            ends = module.split_batch(n, threads)
            assert (ends[0], ends[-1]) == (0, n)
            assert len(ends) <= threads + 1
            even = [n * k // threads for k in range(threads + 1)]
            assert cost(ends) <= cost([0, n])
            assert n < threads or cost(ends) <= cost(even)


@pytest.mark.parametrize("isa", ["scalar", "avx2"])
def test_a_sample_alone_is_told_to_take_a_part_of_what_a_chunk_takes(isa):
    """Its functions may be those of a chunk, which were planned for all samples of that."""
    text = "input x Nx3x12x12 | conv w 3x3 channels 8 | relu | flatten | dense W 10 | sse t"
    made = Network.parse(text).generate_c(isa=isa, chunk=16)
    shared = [code for code in made.parts.chunks[-1].codes if code.count]
    assert isa == "scalar" or any(code.plan for code in shared)
    assert 1 / 2 < 16 * made.parts.times.alone / made.parts.times.cycles < 3


DRIVER = """#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "network.h"
enum {{ N = 13, PARTS = 3, CALLERS = 2, STEPS = 300, ENTRIES = {entries} }};
static network_worker workers[PARTS - 1] __attribute__((aligned(128)));
static unsigned ends;
static void *serve(void *worker)
{{
  while (!__atomic_load_n(&ends, __ATOMIC_ACQUIRE)) network_serve(worker, 50);
  return 0;
}}
static void *call(void *wrong)
{{
  network_arrays arrays[PARTS];
  network_part parts[PARTS];
  double first[ENTRIES];
  const size_t size = (network_workspace() + 63) / 64 * 64;
  for (int k = 0; k < PARTS; k++) {{
{lines}
    if (k) arrays[k] = arrays[0];
{own}
    const size_t begin = (size_t)N * k / PARTS, end = (size_t)N * (k + 1) / PARTS;
    network_part part = {{.arrays = &arrays[k], .first = begin, .samples = N}};
    part.count = end - begin;
    part.workspace = aligned_alloc(64, size);
    if (k) part.worker = &workers[k - 1];
    parts[k] = part;
  }}
  for (int n = 0; n < STEPS; n++) {{
    if (network_step_parts(parts, PARTS, n % 3 == 0)) network_step_parts(parts, PARTS, 1);
    if (!n) memcpy(first, arrays[0].dw, sizeof(first));
    if (memcmp(first, arrays[0].dw, sizeof(first))) *(int *)wrong = 1;
  }}
  return 0;
}}
int main(void)
{{
  pthread_t threads[CALLERS + PARTS - 1];
  int wrong[CALLERS] = {{0}};
  for (int k = 0; k < PARTS - 1; k++) pthread_create(&threads[CALLERS + k], 0, serve, &workers[k]);
  for (int k = 0; k < CALLERS; k++) pthread_create(&threads[k], 0, call, &wrong[k]);
  for (int k = 0; k < CALLERS; k++) pthread_join(threads[k], 0);
  __atomic_store_n(&ends, 1, __ATOMIC_RELEASE);
  for (int k = 0; k < PARTS - 1; k++) pthread_join(threads[CALLERS + k], 0);
  return wrong[0] | wrong[1];
}}
"""


def write_driver(folder):
    """The C file, and a program in which two callers share two workers that come and go."""
    made = Network.parse(TEXT).generate_c(dtype="float64", chunk=CHUNK)
    lines, own, given = [], [], {t.key for t in made.parts.program.given}
    for tensor in made.parts.fields:
        kind = "int64_t" if tensor.kind == "label" else "double"
        name, batched = made.parts.names[tensor.key], tensor.key in made.parts.batched
        size = tensor.entries * (13 if batched else 1)
        lines.append(f"    {kind} *p_{name} = malloc(sizeof({kind}) * {size});")
        value = "n % 2" if tensor.kind == "label" else "(n * 7919 % 13 - 5) / 8.0"
        start = value if tensor.key in given else "0"
        lines.append(f"    for (int n = 0; n < {size}; n++) p_{name}[n] = {start};")
        lines.append(f"    arrays[k].{name} = p_{name};")
        if tensor.key in made.parts.shared:
            own.append(f"    arrays[k].{name} = p_{name};")
    entries = made.parts.program.tensors["gradient w"].entries
    text = DRIVER.format(lines="\n".join(lines), own="\n".join(own), entries=entries)
    files = {"network.c": made.files.source, "network.h": made.files.header, "main.c": text}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


@NEEDS_COMPILER
@pytest.mark.skipif(not shutil.which("nm"), reason="no nm was found")
def test_nothing_is_allocated_where_parts_are_handed_over(tmp_path):
    """Nor does the file write to anything but what it is given."""
    write_driver(tmp_path)
    command = [build.find_compiler(), "-std=c99", "-pedantic-errors", "-O1", "-c", "network.c"]
    subprocess.run(command, cwd=tmp_path, check=True)
    table = subprocess.run(["nm", "network.o"], cwd=tmp_path, check=True, capture_output=True)
    rows = re.findall(r"([A-Za-z]) (\w+)$", table.stdout.decode(), re.MULTILINE)
    known = {"exp", "expf", "log", "logf", "memset", "memcpy", "memmove", "sched_yield"}
    wanted = {name for kind, name in rows if kind == "U"}
    assert {name for name in wanted if not name.startswith("__aarch64")} <= known
    assert not {"b", "B", "d", "D", "C"} & {kind for kind, _ in rows}


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_callers_and_workers_run_under_sanitizers(sanitizer, tmp_path):
    """No two threads are at one place of memory unless a word has told them that they may."""
    write_driver(tmp_path)
    flags = ("-std=c11", "-O1", "-g", f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all")
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
    command = [build.find_compiler(), *flags, *warnings, "-o", "run", "main.c", "network.c"]
    subprocess.run([*command, "-lpthread", "-lm"], cwd=tmp_path, check=True)
    env = {
        "ASAN_OPTIONS": "detect_leaks=0",
        "TSAN_OPTIONS": "halt_on_error=1",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run([tmp_path / "run"], env=env, check=False, capture_output=True, text=True)
    if "unexpected memory mapping" in done.stderr:
        pytest.skip("the thread sanitizer does not run on this kernel")
    assert (done.returncode, done.stderr) == (0, "")


@NEEDS_COMPILER
@pytest.mark.long
@pytest.mark.parametrize("flags", [QUICK, WHOLE], ids=["O0", "O3"])
def test_a_step_is_the_same_ten_thousand_times(flags, monkeypatch):
    """Workers come, sleep and are woken meanwhile, as turns are few."""
    monkeypatch.setattr(build, "FLAGS", flags)
    module, given = make(), draw(3 * CHUNK + 2)
    module.TURNS = 40
    run, found = module.bind(**given, threads=3)
    run()
    kept = [np.copy(a) for a in listed(found)]
    for n in range(10_000):
        for array in listed(found):
            array[...] = np.nan
        run()
        assert all(np.array_equal(a, b) for a, b in zip(listed(found), kept, strict=True)), n
