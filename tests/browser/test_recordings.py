# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Pages of real recordings: what holds of every run, whatever it measured. Each is opened in both
themes, zoomed, searched, pointed at all over, and pictured. `test_recordings.py PAGES PICTURES`, as TAP.
"""

import functools
import os
import re
import sys

from pages import CONTRAST, DRAWING, OVERLAPS, equal, frame, run_tests, true

SECTIONS = ("findings", "spectrum", "cpu", "wait", "flame", "compare", "heat", "slowest", "events", "books")

# At most so many of a kind are pointed at, evenly from all of them.
POINTED = 25


def numbered(page, selector, root="document"):
    """Expressions for some of the elements that a selector finds, of those that one can point at: less
    than two pixels are for who zooms."""
    wide = page.run(f"""[...{root}.querySelectorAll({selector!r})].map((element, i) =>
        element.getBoundingClientRect().width < 2 ? -1 : i).filter((i) => i >= 0)""")
    step = max(1, len(wide) // POINTED)
    return [f'({root}.querySelectorAll({selector!r})[{i}])' for i in wide[::step]]


def nothing_is_amiss(page):
    equal(len(page.browser.requests), 1)
    for section in SECTIONS:
        true(page.run(f'document.getElementById("{section}").getBoundingClientRect().height > 40'),
             f"{section} is empty")
    text = page.run("document.querySelector('main').innerText")
    for word in ("NaN", "undefined", "Infinity", "[object"):
        true(word not in text, word)
    true(not re.search(r"\bnull\b", text), "null")


def books_add_up(page):
    data = page.data()
    for graph in ("cpu", "wait"):
        for _, ns, way, cells in page.frames(graph):
            true(not cells or sum(cells) == ns, way)
    root = sum(frame[1] for frame in page.frames("cpu")[:1])
    equal(root, data["vcpu_ns"] + data["cpu"]["excess_ns"] - data["cpu"]["idle_ns"] - data["cpu"]["guest_code_ns"])
    equal(page.run("""[...document.querySelectorAll("#cpu > .strip > span")]
        .reduce((sum, part) => sum + Number(part.dataset.ns), 0)"""), data["vcpu_ns"] + data["cpu"]["excess_ns"])


def tooltips_tell(page):
    """Frames, cells of spectrum and histograms: each has a tooltip, with words and figures in it."""
    for selector, root in (("#cpu .frame > rect", DRAWING), ("#wait .frame > rect", DRAWING), (".cell", DRAWING),
                           ("#spectrum .cell", "document"), ("#compare .side", "document"),
                           ("#heat .slow", "document")):
        for element in numbered(page, selector, root):
            page.browser.point(element)
            tip = page.tip()
            true(tip and tip[0], f"{selector}: no tooltip")
            for name, value in tip[1].items():
                true(not re.search("NaN|undefined|null|Infinity", f"{name} {value}"), f"{selector}: {tip}")
        page.browser.point("h1")
        equal(page.tip(), None)


def zoom_goes_in_and_out(page):
    for graph in ("cpu", "wait"):
        frames = [way for _, _, way, _ in page.frames(graph)]
        deepest = max(frames, key=lambda way: way.count(" / "), default="")
        if " / " not in deepest:
            continue
        selector = frame(deepest, graph)
        before = page.width(selector)
        page.browser.click(selector)
        equal((deepest, page.width(selector)), (deepest, 1200))
        page.browser.key("Escape")
        equal((deepest, page.width(selector)), (deepest, before))


def search_finds_every_device(page):
    data = page.data()
    for device in sorted({path["device"] for path in data["paths"] if path["device"]})[:POINTED]:
        page.run('document.querySelector("#search").focus(); document.querySelector("#search").select()')
        page.browser.type("^" + re.escape(device) + "$")
        true("matched" in page.text("#matched"), device)
    page.browser.key("Escape")
    equal(page.text("#matched"), "")


def course_holds_every_event(page):
    data = page.data()
    course = page.data("page")["course"]
    true(course and len(course["edges_ms"]) > 1, "no course")
    for i, path in enumerate(data["paths"]):
        page.run(f"heat.show([{i}], pathName({i}))")
        equal((i, page.run("sum(heat.perColumn)")), (i, path["count"]))


def reads_well(page, scheme):
    ratio, where = page.run(CONTRAST)
    true(ratio >= 4.5, f"{scheme}: {ratio:.2f} in {where}")
    for width in (1280, 900):
        page.browser.resize(width, 800)
        page.settle()
        equal(page.run(OVERLAPS), [])
        true(page.run("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}")


def whole_page(name, pictures, page):
    for scheme in ("light", "dark"):
        page.open(name, scheme)
        page.browser.picture(os.path.join(pictures, f"{name}-{scheme}.png"), whole=True)
        nothing_is_amiss(page)
        reads_well(page, scheme)
    page.open(name)
    books_add_up(page)
    tooltips_tell(page)
    zoom_goes_in_and_out(page)
    search_finds_every_device(page)
    course_holds_every_event(page)


def main():
    folder, pictures = sys.argv[1:]
    names = sorted(name[:-len(".html")] for name in os.listdir(folder) if name.endswith(".html"))
    if not names:
        print("1..0 # no recordings")
        return 1
    return run_tests(folder, [(name, functools.partial(whole_page, name, pictures)) for name in names])


if __name__ == "__main__":
    sys.exit(main())
