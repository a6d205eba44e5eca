# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of pages share: a page that is open, what holds of any page, and TAP."""

import json
import os
import traceback

from cdp import Browser


def frame(way, graph="wait"):
    return f"#{graph}-flame .frame[data-way={json.dumps(way)}]"


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

    def width(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)})"
                        "?.querySelector('rect').getBoundingClientRect().width ?? 0")

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
        return self.run("document.activeElement.dataset.way ?? document.activeElement.id")

    def data(self):
        return json.loads(self.run('document.getElementById("data").textContent'))


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
OVERLAPS = """[...document.querySelectorAll("svg")].flatMap((svg) => {
    const width = document.documentElement.clientWidth;
    const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent)
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
