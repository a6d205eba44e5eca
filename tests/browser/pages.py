# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of pages share: a page that is open, what holds of any page, and TAP."""

import json
import os
import traceback

from cdp import Browser


# The drawing's elements are in a tree of its own.
DRAWING = "document.getElementById('drawing').shadowRoot"


def drawn(selector):
    """An expression for an element of the drawing; several: drawn_all()."""
    return f"({DRAWING}.querySelector({json.dumps(selector)}))"


def drawn_all(selector):
    """Those that are seen."""
    return f"[...{DRAWING}.querySelectorAll({json.dumps(selector)})].filter((e) => !e.closest('[hidden]'))"


def frame(way, graph="wait"):
    return drawn(f"#{graph} .frame[data-way={json.dumps(way)}]:not([hidden])")


# Of all frames of a graph: [depth, ns, way], and whether there are cells of a histogram on them: their ns.
FRAMES = """(() => {{ const frames = [];
    for (const g of {drawing}.querySelectorAll("#{graph} .frame, #{graph} .cell"))
        if (g.matches(".cell")) frames.at(-1)[3].push(Number(g.dataset.ns));
        else frames.push([Number(g.dataset.depth), Number(g.dataset.ns), g.dataset.way, []]);
    return frames; }})()"""


class Page:
    """A page that is open, and what its reader would look for."""

    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder

    def open(self, name="pvhvm", scheme="light"):
        self.browser.resize(1280, 800)
        self.browser.prefer(scheme)
        self.browser.open(os.path.join(self.folder, name + ".html"))
        self.run("localStorage.clear()")
        self.browser.open(os.path.join(self.folder, name + ".html"))

    def run(self, script):
        return self.browser.run(script)

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)}).textContent")

    def number(self, selector, what="length"):
        return self.run(f"document.querySelectorAll({json.dumps(selector)}).{what}")

    def width(self, expression):
        """Of a frame of the drawing, in its own pixels; 0 of one that is not seen."""
        return self.run(f"Number({expression}?.querySelector('rect').getAttribute('width') ?? 0)")

    def drawn_number(self, selector):
        return self.run(f"{drawn_all(selector)}.length")

    def frames(self, graph):
        return self.run(FRAMES.format(drawing=DRAWING, graph=graph))

    def tip(self):
        """The tooltip's title, and its rows as a dictionary; None when there is none."""
        return self.run("""(() => { const tip = document.getElementById("tip");
            return tip.hidden ? null : [tip.querySelector("b").textContent,
                Object.fromEntries([...tip.querySelectorAll("tr")]
                    .map((tr) => [...tr.cells].map((td) => td.textContent)))]; })()""")

    def settle(self):
        """Until the next frame but one is drawn: media and size change with one."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def prefer(self, scheme):
        self.browser.prefer(scheme)
        self.settle()

    def focused(self):
        return self.run(f"{DRAWING}.activeElement?.dataset.way ?? document.activeElement.id")

    def data(self, name="total"):
        """One of the documents that the page holds."""
        return json.loads(self.run(f"document.getElementById({name!r}).textContent"))


def equal(got, expected):
    if got != expected:
        raise AssertionError(f"got {got!r}, expected {expected!r}")


def true(condition, message):
    if not condition:
        raise AssertionError(message)


# WCAG's ratio of luminances, of what is said in text to what lies behind it.
CONTRAST = """(() => {
    const channel = (c) => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
        if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
    let worst = [99, ""];
    for (const e of document.querySelectorAll("main *, header *, footer *")) {
        if (e instanceof SVGElement || !e.getClientRects().length) continue;
        if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
        const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
        const ratio = (a + .05) / (b + .05);
        if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 120)];
    }
    return worst; })()"""


# Labels of the drawings, and those of them that lie on each other or outside the page.
OVERLAPS = """[...document.querySelectorAll("svg"),
    ...document.getElementById("drawing").shadowRoot.querySelectorAll("#cpu, #wait")].flatMap((svg) => {
    const width = document.documentElement.clientWidth;
    const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent && !t.closest("[hidden]"))
        .map((t) => [t.textContent, t.getBoundingClientRect()]);
    const bad = texts.filter(([, b]) => b.left < -1 || b.right > width + 1).map(([t]) => "outside: " + t);
    texts.forEach(([t, a], i) => texts.slice(i + 1).forEach(([u, b]) => {
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
            bad.push(t + " on " + u);
    }));
    return bad; })"""


def run_tests(folder, tests):
    """Each of [(name, function of the page)], as TAP. Returns 0, or 1 when one failed."""
    browser = Browser()
    failed = 0
    try:
        page = Page(browser, folder)
        for number, (name, test) in enumerate(tests, 1):
            try:
                test(page)
                # Whatever the reader did: no script may have failed, no word of the browser's own.
                equal(browser.errors, [])
                print(f"ok {number} {name}", flush=True)
            except Exception:  # one that fails is no reason not to run the others
                failed += 1
                print(f"not ok {number} {name}")
                print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
        print(f"1..{len(tests)}")
    finally:
        browser.close()
    return 1 if failed else 0
