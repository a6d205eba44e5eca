# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A comparison's page as its reader has it. `test_diff.py PAGES`, as TAP."""

import sys
import tempfile

from pages import CONTRAST, OVERLAPS, drawn, drawn_all, equal, frame, run_tests, true

# Rows of a table that are seen: their first cell, without chips and marks.
ROWS = """[...document.querySelectorAll("#{} tbody tr:not([hidden])")].map((tr) => tr.cells[0].title)"""


def rows(page, table="wait"):
    return page.run(ROWS.format(table))


def cells(page, name, table="wait"):
    return page.run(f"""[...[...document.querySelectorAll("#{table} tbody tr")]
        .find((tr) => tr.cells[0].title === {name!r}).cells].map((td) => td.innerText)""")


def everything_is_drawn_and_nothing_asked_for(page):
    page.open("diff")
    equal(len(page.browser.requests), 1)
    for section in ("runs", "wait", "cpu", "flame"):
        true(page.run(f'document.getElementById("{section}").getBoundingClientRect().height > 60'),
             f"{section} is empty")
    text = page.run("document.body.innerText")
    for word in ("NaN", "undefined", "null", "Infinity", "[object"):
        true(word not in text, word)


def head_says_what_was_compared(page):
    page.open("diff")
    data = page.data("diff")
    said = page.text("#verdict")
    true(said.startswith(f"{data['changed']} of {data['comparisons']} comparisons changed (!)"), said)
    true("Mann-Whitney" in said and "Drift" in said, said)
    table = page.run("""Object.fromEntries([...document.querySelectorAll("#runs tr")]
        .map((tr) => [...tr.cells].map((td) => td.innerText)).map(([name, ...two]) => [name, two]))""")
    equal(table["recording"], ["before.xtr", "after.xtr"])
    equal(table["host"], ["db-7", "db-7"])
    equal(table["mode"], ["pvhvm", "pvhvm"])
    equal(table["began"], ["2026-11-22 09:14:03Z"] * 2)
    equal(table["length"], ["20.0 s, 20 intervals, 20 batches compared"] * 2)
    true("Disk sda is now xvda, told by its other path." in page.text("#runs"), page.text("#runs"))


def figures_are_those_of_the_comparison(page):
    page.open("diff")
    read = [row for row in page.data("diff")["changes"] if row["kind"] == "wait" and row["op"] == "read"
            and row["device"]["before"] == "sda" and not row["part_of_total"]][0]
    got = cells(page, "sda › xvda read")
    mean = read["mean_ns"]
    equal(got[1], f"{read['before_ns_per_s'] / 1e6:.0f}")
    equal(got[7], page.run(f"ns({mean['before']})"))
    equal(got[8], page.run(f"ns({mean['after']})"))
    noise = 100 * (mean["high"] - mean["low"]) / 2
    equal(got[9], f"!−{abs(100 * mean['shift']):.1f} ±{noise:.1f}")
    # What is called stands out; what is not does not.
    drawn = page.run("""[...document.querySelectorAll("#wait tbody tr, #cpu tbody tr")].reduce(
        (n, tr) => n + tr.querySelectorAll(".called").length, 0)""")
    equal(drawn, page.data("diff")["changed"])
    equal(page.run("""[...document.querySelectorAll("tbody tr.quiet .called")].length"""), 0)
    page.browser.point(f"([...document.querySelectorAll('#wait .called')][0])")
    title, said = page.tip()
    equal(title, "sda › xvda read: mean")
    equal(said["before"], page.run(f"ns({mean['before']})"))
    true("%" in said["95 % of it"] and said["p of chance alone"], said)


def legs_are_below_their_whole(page):
    page.open("diff")
    seen = rows(page)
    equal(seen[0], "sda › xvda read")
    equal(seen[1], "device › backend")
    equal(page.run("""document.querySelectorAll("#wait tbody tr")[1].className.split(" ")[0]"""), "leg")


def only_what_changed_is_left(page):
    page.open("diff")
    every = rows(page)
    true("xvdb read" in every, every)
    page.browser.click("#only")
    left = rows(page)
    true("xvdb read" not in left and "sda › xvda read" in left, left)
    equal(page.number("#wait tbody tr.leg.quiet:not([hidden])"), 0)
    page.browser.key("c")
    equal(rows(page), every)
    page.browser.key("c")
    equal(rows(page), left)


def what_is_called_is_never_cut(page):
    page.open("diff")
    every = rows(page)
    page.run("tables[0].room = 3; tables[0].show()")
    left = rows(page)
    true("xvdb read" not in left and "sda › xvda write" in left, left)
    equal(page.text("#wait button"), f"{len(every) - len(left)} more, none called a change")
    page.browser.click("#wait button")
    equal(rows(page), every)


def search_filters_and_marks(page):
    page.open("diff")
    every = rows(page)
    page.browser.key("/")
    equal(page.focused(), "search")
    page.browser.type("xvdb")
    equal(set(rows(page)) - {"backend", "queue", "submit", "handler", "finish"}, {"xvdb read"})
    equal(page.run(f"{drawn_all('.frame.found')}.every((g) => g.dataset.way.includes('xvdb'))"), True)
    true(page.drawn_number(".frame.found") > 4, "nothing is marked")
    true("rows" in page.text("#matched") and "wait" in page.text("#matched"), page.text("#matched"))
    page.run('document.querySelector("#search").select()')
    page.browser.type("^emulated / disk / sda / read / device$")  # as the frame is called
    equal(rows(page), ["sda › xvda read", "device › backend"])
    page.run('document.querySelector("#search").select()')
    page.browser.type("no such path")
    equal(rows(page), [])
    true("nothing matches" in page.text("#wait"), page.text("#wait"))
    page.browser.key("Escape")
    equal(rows(page), every)
    equal(page.text("#matched"), "")


def frames_are_as_wide_as_both_and_coloured(page):
    page.open("diff")
    legs = [row for row in page.data("diff")["changes"] if row["kind"] == "wait" and row["part_of_total"]]
    whole = sum(row["before_ns_per_s"] + row["after_ns_per_s"] for row in legs)
    true(abs(page.frames("wait")[0][1] - whole) < 100, "not the time of both")
    fill = "{}.querySelector('rect').getAttribute('fill')"
    equal(page.run(fill.format(frame("emulated / disk / sda"))), "#427cc4")
    equal(page.run(fill.format(frame("pv / disk / xvda"))), "#de543c")
    page.browser.point(frame("pv / disk / xvdb / read / backend"))
    title, said = page.tip()
    equal(title, "pv / disk / xvdb / read / backend")
    xvdb = [leg for leg in legs if leg["device"]["before"] == "xvdb" and leg["leg"]["before"] == "backend"][0]
    equal(said["before"], page.run(f"ns({xvdb['before_ns_per_s']})") + " a second")
    equal(said["after"], page.run(f"ns({xvdb['after_ns_per_s']})") + " a second")
    true("%" in said["change"], said)
    page.browser.point(frame("emulated / disk / sda"))
    equal(page.tip()[1]["change"], "only before")


def click_and_keys_zoom(page):
    page.open("diff")
    leaf, whole = frame("emulated / disk / sda / read / device"), 1200
    before = page.width(leaf)
    page.browser.click(leaf)
    equal(page.width(leaf), whole)
    page.browser.key("Backspace")
    equal(page.width(frame("emulated / disk / sda / read")), whole)
    page.browser.key("Escape")
    equal(page.width(leaf), before)
    page.run(drawn('#cpu .frame[tabindex="0"]') + ".focus()")
    page.browser.key("ArrowUp")
    name = page.focused()
    true(name and name != "guest, cpu", name)
    page.browser.key("Enter")
    equal(page.focused(), name)
    equal(page.tip()[0], name)
    page.browser.key("Escape")


def both_schemes_read_well(page):
    for name in ("diff", "diff-hostile", "diff-empty"):
        for scheme in ("light", "dark"):
            page.open(name, scheme)
            # On what is only before or only after, too.
            page.run("""document.querySelectorAll(".called").forEach((chip, i) => {
                chip.style.background = changeColor(i % 2 ? 1 : -1); })""")
            ratio, where = page.run(CONTRAST)
            true(ratio >= 4.5, f"{name} {scheme}: {ratio:.2f} in {where}")
            for width in (1280, 900):
                page.browser.resize(width, 800)
                page.settle()
                equal(page.run(OVERLAPS), [])
                true(page.run("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}")
    color = 'getComputedStyle(document.body).backgroundColor'
    page.open("diff", "light")
    light = page.run(color)
    page.browser.key("t")
    page.browser.key("t")
    equal(page.text("#theme"), "Theme: dark")
    true(page.run(color) != light, "the theme does nothing")
    page.browser.key("t")


def hostile_names_are_text(page):
    page.open("diff-hostile")
    equal(page.number("script"), 3)
    equal(page.number("img"), 0)
    equal(page.run("window.broken"), None)
    true("<img src=x onerror=" in page.text("#wait"), "the name is not shown")
    page.browser.point("#wait .change")
    page.browser.click(f"({drawn_all('#wait .frame')}.at(-1))")
    page.browser.key("/")
    page.browser.type("<img")
    true(len(rows(page)) > 1, "no match")
    equal(page.number("img"), 0)
    equal(len(page.browser.requests), 1)


def empty_runs_say_so(page):
    page.open("diff-empty")
    for section, words in (("wait", "nothing was seen in either run"),
                           ("verdict", "Nothing is called a change: that takes 8 intervals")):
        true(words in page.text("#" + section), f"{section}: {page.text('#' + section)}")
    equal(page.run(drawn("#wait") + ".textContent.includes('nothing was measured')"), True)
    page.browser.click("#only")
    page.browser.key("Escape")


def paper_is_white(page):
    page.open("diff", "dark")
    page.browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    equal(page.run("getComputedStyle(document.body).backgroundColor"), "rgb(255, 253, 249)")
    equal(page.run("getComputedStyle(document.querySelector('.tools')).display"), "none")
    page.browser.call("Emulation.setEmulatedMedia", media="")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as out:
        page.browser.paper(out.name)
        pdf = out.read()
    true(pdf.startswith(b"%PDF-") and len(pdf) > 20000, "no paper")


TESTS = [
    everything_is_drawn_and_nothing_asked_for, head_says_what_was_compared, figures_are_those_of_the_comparison,
    legs_are_below_their_whole, only_what_changed_is_left, what_is_called_is_never_cut, search_filters_and_marks,
    frames_are_as_wide_as_both_and_coloured, click_and_keys_zoom, both_schemes_read_well, hostile_names_are_text,
    empty_runs_say_so, paper_is_white,
]


if __name__ == "__main__":
    sys.exit(run_tests(sys.argv[1], [("diff: " + test.__name__.replace("_", " "), test) for test in TESTS]))
