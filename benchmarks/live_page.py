"""What the live page costs in a browser: bytes, and seconds of processor time of its threads.

`python benchmarks/live_page.py SITE` reads a site that `python -m symconv.docs.site -o SITE` has
written. Needs playwright, Chromium, and Linux, whose /proc says what a thread has used: seconds of
a clock would be those of whatever else the machine does.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from symconv.docs.site.browser.questions import OFFERED

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 300_000
"""Milliseconds until a step is given up."""

RIGHT = "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"
OTHER_RIGHT = "dC/dw_2^2 = 2(o_1^2 - y_1) o_2^1"
OTHER_WRONG = OFFERED[2].claim
START = """() => new Promise((resolve) => {
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const worker = new Worker(setup.worker, { type: "module" }), waiting = new Map();
  worker.addEventListener("message", ({ data }) => {
    if (data.stage === "ready" || data.stage === "failed") resolve(data.stage);
    if ("answer" in data || "broken" in data) waiting.get(data.id)(data.answer ?? data.broken);
  });
  worker.postMessage({ start: setup.parts, lock: setup.lock });
  window.ask = (...words) => new Promise((done) => {
    const id = waiting.size;
    waiting.set(id, done);
    worker.postMessage({ id, ask: words[0], words: words.slice(1) });
  });
})"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder; nothing is said of each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def read_seconds(browser: Any, thread: str) -> float:
    """The processor time of the threads of that name in all renderers."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    total = 0
    for process in processes:
        if process["type"] != "renderer":
            continue
        for stat in Path(f"/proc/{process['id']}/task").glob("*/stat"):
            text = stat.read_text()
            name, numbers = text[text.index("(") + 1 : text.rindex(")")], text.rpartition(")")[2]
            if name.startswith(thread):
                total += sum(map(int, numbers.split()[11:13]))
    return total / TICKS


def count_bytes(site: Path) -> tuple[float, float]:
    """Megabytes that a visitor loads, as a host compresses them, and those of the one file."""
    page = (site / "live.html").read_text(encoding="utf-8")
    loaded = [site / "live.html"]
    loaded += [p for p in (site / "live").iterdir() if not p.name.startswith("answer")]
    assert all(p.name in page or p.suffix == ".woff2" for p in loaded[1:])
    sizes = [len(gzip.compress(p.read_bytes())) for p in loaded]
    return sum(sizes) / 1e6, (site / "offline.html").stat().st_size / 1e6


def measure(site: Path) -> None:
    """Print the figures, each in a browser that has seen nothing."""
    from playwright.sync_api import sync_playwright

    handler = functools.partial(QuietHandler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/live.html"
    loaded, offline = count_bytes(site)
    print(f"loaded, compressed: {loaded:.2f} MB; offline.html: {offline:.2f} MB")
    with sync_playwright() as started:
        options: Any = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
        browser = started.chromium.launch(**options)
        page = browser.new_page()
        # The page alone: its Python would start behind the first answer.
        page.route("**/live/worker-*", lambda route: route.abort())
        page.goto("about:blank")
        before = read_seconds(browser, "chromium") + read_seconds(browser, "CrRendererMain")
        page.goto(address)
        page.locator(".picture .spurious").first.wait_for(timeout=LONGEST, state="attached")
        after = read_seconds(browser, "chromium") + read_seconds(browser, "CrRendererMain")
        print(f"first answer: {after - before:.2f} s of the page's thread")
        browser.close()
        browser = started.chromium.launch(**options)
        page = browser.new_page()
        page.set_default_timeout(LONGEST)
        page.route("**/live/live-*.js", lambda route: route.abort())
        page.goto(address)
        last = 0.0

        def report(said: str, total: str = "") -> None:
            nonlocal last
            now = read_seconds(browser, "DedicatedWorker")
            whole = f", {now:.2f} s since its start" if total else ""
            print(f"{said}: {now - last:.2f} s of Python's thread{whole}")
            last = now

        assert page.evaluate(START) == "ready"
        report("Python started", "all")
        network = [OFFERED[0].network, OFFERED[0].notation]
        questions = (
            ("first verdict, of a wrong claim", ["check", *network, OFFERED[0].claim, ""]),
            ("its picture", ["draw", *network, ""]),
            ("its derivation", ["derive", *network, "normal"]),
            ("a right claim", ["check", *network, RIGHT, ""]),
            ("a right claim, warm", ["check", *network, OTHER_RIGHT, ""]),
            ("a wrong claim, warm", ["check", *network, OTHER_WRONG, ""]),
            ("the same wrong claim again", ["check", *network, OTHER_WRONG, ""]),
        )
        for said, words in questions:
            answer = page.evaluate("(words) => ask(...words)", words)
            assert answer.startswith('{"ok": true'), answer[:300]
            report(said, "all" if said.startswith(("first", "its")) else "")
        browser.close()
    server.shutdown()


def main() -> int:
    """Measure a site."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", type=Path)
    measure(parser.parse_args().site)
    return 0


if __name__ == "__main__":
    sys.exit(main())
