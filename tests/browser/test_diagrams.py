"""Every diagram of the office as the viewer really draws it: nothing lies on anything, every name can be read."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import webui
from engine import config
from engine.diagrams import reading
from tests.diagrams import pictures

DIST = Path(webui.__file__).parent / "static" / "dist"
DIAGRAMS = sorted(config.shipped("bpmn").glob("*.bpmn"))
HERE = "http://127.0.0.1:1"

# Boxes of all texts in the diagram's own coordinates, whatever the zoom; a name of several lines is one box.
MEASURE = """
() => {
  const layer = document.querySelector('.viewport').getScreenCTM().inverse();
  const texts = {};
  for (const element of document.querySelectorAll('.djs-element[data-element-id]')) {
    const text = element.querySelector(':scope > .djs-visual text');
    if (text && text.textContent.trim()) {
      const { left, top, right, bottom } = text.getBoundingClientRect();
      const first = new DOMPoint(left, top).matrixTransform(layer);
      const last = new DOMPoint(right, bottom).matrixTransform(layer);
      texts[element.dataset.elementId] = [first.x, first.y, last.x, last.y];
    }
  }
  return texts;
}
"""


@pytest.fixture(scope="module", params=DIAGRAMS, ids=lambda file: file.stem)
def drawn(request, chromium):
    """A diagram on a page with the product's viewer: (key, its picture, the boxes of the texts that are shown)."""
    source = request.param.read_bytes()
    viewer = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))["viewer"]
    style = "position:absolute;inset:0;height:auto"
    page_text = (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="/{viewer["css"]}"></head><body>'
        f'<div class="lajur-diagram" style="{style}" data-diagram="/diagram"></div>'
        f'<script type="module" src="/{viewer["js"]}"></script></body></html>'
    )
    kinds = {".js": "text/javascript", ".css": "text/css"}

    def answer(route):
        name = route.request.url.removeprefix(f"{HERE}/")
        if name in {"", "diagram"}:
            kind = "text/html" if not name else "application/xml"
            route.fulfill(body=source if name else page_text, content_type=kind)
        else:
            route.fulfill(path=DIST / name, content_type=kinds.get(Path(name).suffix, "application/octet-stream"))

    page = chromium.new_page(viewport={"width": 2400, "height": 1400})
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.route("**/*", answer)
    page.goto(f"{HERE}/")
    page.wait_for_selector("[data-drawn]")
    texts = page.evaluate(MEASURE)
    if folder := os.environ.get("LAJUR_PICTURES"):  # for looking at them
        page.screenshot(path=Path(folder) / f"{request.param.stem}.png")
    page.close()
    assert said == []
    return reading.read(source), pictures.look(source), texts


def test_every_element_is_drawn(drawn):
    diagram, picture, _ = drawn
    process = diagram.process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    wanted = {each for body in bodies for each in (*body.nodes, *body.flows, *(lane.id for lane in body.lanes))}
    assert wanted <= picture.shapes.keys() | picture.edges.keys()


def test_every_name_is_shown(drawn):
    diagram, _, texts = drawn
    process = diagram.process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    named = [each for body in bodies for each in (*body.nodes.values(), *body.flows.values(), *body.lanes) if each.name]
    shown = {each.removesuffix("_label") for each in texts}
    assert {each.id for each in named} <= shown


def test_names_outside_shapes_cover_nothing(drawn):
    _, picture, texts = drawn
    shown = {each.removesuffix("_label"): box for each, box in texts.items() if each.endswith("_label")}
    assert shown
    assert pictures.faults(replace(picture, labels=shown)) == []


def test_names_outside_shapes_stand_where_the_file_says(drawn):
    _, picture, texts = drawn
    for each, (left, top, right, bottom) in texts.items():
        if each.endswith("_label"):
            written = picture.labels[each.removesuffix("_label")]
            assert pictures.holds(written, (left + 4, top + 4, right - 4, bottom - 4)), each


def test_names_inside_shapes_stay_inside(drawn):
    diagram, picture, texts = drawn
    for node in diagram.process.nodes():
        if node.name and node.id in texts:
            assert pictures.holds(picture.shapes[node.id], texts[node.id]), node.name


def test_names_of_tasks_keep_off_the_symbol_in_the_corner(drawn):
    diagram, picture, texts = drawn
    for node in diagram.process.nodes():
        if node.kind == "userTask":
            left, top, *_ = picture.shapes[node.id]
            assert not pictures.meet(texts[node.id], (left, top, left + 24, top + 24)), node.name


def test_names_of_lanes_and_pools_fit(drawn):
    _, picture, texts = drawn
    for each, kind in picture.kinds.items():
        if kind in {"participant", "lane"} and each in texts:
            assert pictures.holds(picture.shapes[each], texts[each]), each
