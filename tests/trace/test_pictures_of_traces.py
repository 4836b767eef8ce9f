"""A trace as HTML: feature maps and kernels as pictures, in one file that fetches nothing."""

import re
from xml.etree import ElementTree as ET

import pytest

from symconv.api import Network
from symconv.docs.gallery_cases import CASES
from symconv.render.document.svg import SvgCells, draw_grid, tint
from symconv.trace import trace_network

RELU = next(case for case in CASES if case.example == "relu-filter")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page():
    network = Network.example("relu-filter")
    return trace_network(network, RELU.values, steps=2, rate="0.5").html()


def pictures(page):
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page)]


def test_every_map_is_drawn_with_its_numbers(page):
    shown = {p.get("aria-label"): [t.text for t in p.iter(SVG + "text")] for p in pictures(page)}
    assert shown["x: 3 by 3 numbers"] == ["1", "−1", "0", "0", "1", "0", "0", "−1", "1"]
    assert shown["z: 2 by 2 numbers"] == ["3", "0", "−2", "1"]
    assert shown["∂C/∂w: 2 by 2 numbers"]
    assert len(pictures(page)) >= 9


def test_nothing_is_fetched_and_nothing_runs(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert not re.search(r"<script|<img|<link|url\(|@import|\sstyle=\"| on\w+=", page)
    assert re.findall(r"https?:[^\"]*", page) == ["http://www.w3.org/2000/svg"] * len(
        pictures(page)
    )


def test_the_losses_stand_in_a_table(page):
    assert page.count("<tr><td>") == 3
    assert "The loss falls." in page
    assert "Rectifier (ReLU)" in page


def luminance(colour):
    shares = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("value", [-1, -0.5, 0, 0.5, 1])
def test_numbers_are_readable_on_every_tint(value):
    ink = luminance("#16202c")
    assert (luminance(tint(value, 1)) + 0.05) / (ink + 0.05) > 4.5


def test_signs_differ_in_blue_and_not_in_red_against_green():
    """Blue against orange stays apart where red and green look alike."""
    up, down = (tint(v, 1) for v in (1, -1))
    blue = [int(c[5:7], 16) for c in (up, down)]
    assert blue[0] - blue[1] > 80
    assert tint(0, 1) == tint(5, 0) == "#ffffff"


def test_large_maps_are_drawn_without_numbers_and_labels_are_escaped():
    wide = SvgCells(((1.0,) * 30,) * 30, (("1",) * 30,) * 30)
    picture = ET.fromstring(draw_grid(wide, '"<x>"'))
    assert len(list(picture.iter(SVG + "rect"))) == 900
    assert not list(picture.iter(SVG + "text"))
    assert picture.get("aria-label") == '"<x>"'
