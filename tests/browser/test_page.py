# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The html report as its reader has it: pointer, keyboard, both themes, paper. Prints TAP."""

import os
import sys
import tempfile
import time

from pages import CONTRAST, OVERLAPS, drawn, drawn_all, equal, frame, run_tests, true


def nothing_is_asked_of_a_network(page):
    page.open()
    equal([url for url in page.browser.requests if not url.startswith("file://")], [])
    equal(len(page.browser.requests), 1)


def every_section_is_drawn(page):
    page.open()
    for section in ("findings", "spectrum", "cpu", "wait", "flame", "compare", "heat", "slowest", "events", "books"):
        true(page.run(f'document.getElementById("{section}").getBoundingClientRect().height > 60'),
             f"{section} is empty")
    equal(page.text("#run").split(" · ")[0], "db-7")
    true("Data complete" in page.text("#verdict"), page.text("#verdict"))
    true("mount it from xvda" in page.text("#findings"), "no finding")
    equal(page.number("#spectrum .cell"), 3)
    true("[object" not in page.run("document.body.innerText"), "an object shown as text")
    for word in ("NaN", "undefined", "null", "Infinity"):
        true(word not in page.run("document.querySelector('main').innerText"), word)


def frames_add_up(page):
    page.open()
    data = page.data()
    drawn = page.frames("cpu")
    equal(drawn[0][1:3], [data["vcpu_ns"] - data["cpu"]["idle_ns"] - data["cpu"]["guest_code_ns"], "guest, cpu"])
    equal(sum(ns for depth, ns, _, _ in drawn if depth == 1), drawn[0][1])
    # The cells of a leaf are its time, to the nanosecond.
    leaves = [leaf for graph in ("cpu", "wait") for leaf in page.frames(graph) if leaf[3]]
    true(len(leaves) > 20, "few leaves")
    for _, ns, way, cells in leaves:
        true(sum(cells) == ns, way)
    # The strip is all of vCPU time.
    equal(page.run("""[...document.querySelectorAll("#cpu > .strip > span")]
        .reduce((sum, part) => sum + Number(part.dataset.ns), 0)"""), data["vcpu_ns"])


def labels_are_those_of_the_drawing(page):
    page.open()
    for graph in ("cpu", "wait"):
        equal(page.width(drawn(f"#{graph} .frame")), 1200)
    texts = page.run(f"{drawn_all('.frame > text')}.map((t) => t.textContent)")
    for text in ("VS emulated", "P pv", "device VS", "guest, wait"):
        true(text in texts, texts)


def tooltip_says_the_ledgers_figures(page):
    page.open()
    row = [wait for wait in page.data()["wait_rows"] if wait["device"] == "sda"][0]
    page.browser.point(frame("emulated / disk / sda / read"))
    title, rows = page.tip()
    equal(title, "emulated / disk / sda / read")
    equal(rows["whole requests"], "22,043")
    for name, value in (("mean", row["mean_ns"]), ("p50", row["p50_ns"]), ("p99", row["p99_ns"]),
                        ("p99.9", row["p999_ns"]), ("max", row["max_ns"])):
        equal(rows[name], page.run(f"ns({value})"))
    page.browser.point(drawn("#cpu .cell"))
    true("latency" in page.tip()[1], "no latency of a cell")
    page.browser.point("h1")
    equal(page.tip(), None)


def spectrum_shows_its_evidence(page):
    page.open()
    page.browser.point("#spectrum .cell")
    title, rows = page.tip()
    equal(title, "disk sda: VS emulated ahci")
    true("8086:2922" in rows["evidence"], rows)
    equal(rows["better on this guest?"], "P: xvda, same disk")
    # The same by keyboard.
    page.browser.point("h1")
    page.run('document.querySelector("#search").focus()')
    for _ in range(20):
        page.browser.key("Tab")
        if page.run('document.activeElement.className') == "cell":
            break
    true(page.tip() and "evidence" in page.tip()[1], "no evidence on focus")


def click_zooms_and_escape_goes_back(page):
    page.open()
    leaf, whole = frame("emulated / disk / sda / read / device"), 1200
    before = page.width(leaf)
    true(0 < before < .6 * whole, "already wide")
    page.browser.click(leaf)
    equal(page.width(leaf), whole)
    equal(page.width(frame("emulated / disk")), whole)
    equal(page.width(frame("pv")), 0)
    true(page.drawn_number("#wait .cell") >= 8, "no histogram")
    page.browser.key("Backspace")
    equal(page.width(frame("emulated / disk / sda / read")), whole)
    true(page.width(leaf) < whole - 5, "still zoomed")
    page.browser.key("Escape")
    equal(page.width(leaf), before)
    page.browser.click(leaf)
    page.browser.click("#out")
    equal(page.width(leaf), before)
    equal(page.run('getComputedStyle(document.querySelector("#out")).display'), "none")
    # The other graph is where it was.
    page.browser.click(frame("emulated", "cpu"))
    equal(page.width(leaf), before)
    page.browser.key("Escape")


def keyboard_walks_and_zooms(page):
    page.open()
    page.run(drawn('#cpu .frame[tabindex="0"]') + ".focus()")
    equal(page.focused(), "guest, cpu")
    page.browser.key("ArrowUp")
    equal(page.focused(), "emulated")
    true(page.tip()[0] == "emulated", "no tooltip on focus")
    page.browser.key("ArrowLeft")
    equal(page.focused(), "pv")
    page.browser.key("ArrowUp")
    equal(page.focused(), "pv / disk")
    page.browser.key("Enter")
    equal(page.focused(), "pv / disk")
    equal(page.width(frame("emulated", "cpu")), 0)
    page.browser.key("Backspace")
    equal(page.focused(), "pv")
    page.browser.key("ArrowDown")
    equal(page.focused(), "guest, cpu")
    page.browser.key("Escape")
    true(page.width(frame("emulated", "cpu")) > 0, "not all out")


def search_says_the_matched_share(page):
    page.open()
    page.browser.key("/")
    equal(page.focused(), "search")
    page.browser.type("sda")
    data = page.data()
    row = [wait for wait in data["wait_rows"] if wait["device"] == "sda"][0]
    wait = sum(leg["ns"] for leg in row["legs"])
    whole = page.frames("wait")[0][1]
    true(f"wait {page.run(f'ns({wait})')}, {100 * wait / whole:.1f} %" in page.text("#matched"), page.text("#matched"))
    true(page.drawn_number(".frame.found") > 8, "nothing is marked")
    equal(page.run(f"{drawn_all('.frame.found')}.every((g) => g.dataset.way.includes('sda'))"), True)
    page.run('document.querySelector("#search").select()')
    page.browser.type("^(xvdb|hypercalls)$")
    cpu = sum(row["ns"] for row in data["cpu_rows"] if row["device"] == "xvdb" or row["area"] == "hypercalls")
    wait = sum(leg["ns"] for row in data["wait_rows"] if row["device"] == "xvdb" for leg in row["legs"])
    for words in (f"cpu {page.run(f'ns({cpu})')}, ", f"wait {page.run(f'ns({wait})')}, "):
        true(words in page.text("#matched"), page.text("#matched"))
    page.run('document.querySelector("#search").select()')
    page.browser.type("sda(")  # no regular expression
    true("wait 0 s, 0.0 %" in page.text("#matched"), page.text("#matched"))
    page.browser.key("Escape")
    equal(page.text("#matched"), "")
    equal(page.drawn_number(".frame.found"), 0)


def heat_map_follows_the_choice(page):
    page.open()
    data = page.data()
    true("sda" in page.text("#heat h2"), page.text("#heat h2"))
    page.browser.click(frame("pv / disk / xvdb / irq 62 / handler", "cpu"))
    equal(page.text("#heat h2 small"), "cpu / pv / disk / xvdb / irq 62 / handler, passes")
    equal(page.text("#compare tspan"), "cpu / pv / disk / xvdb / irq 62 / handler")
    index = [i for i, path in enumerate(data["paths"]) if path["op"] == "irq 62"][0]
    events = data["paths"][index]["count"]
    equal(page.run("sum(heat.perColumn)"), events)
    equal(page.run("sum([...heat.cells.values()])"), events)
    equal(page.run("heat.columns"), 60)
    # A frame above the legs: its requests, whole.
    page.browser.click(frame("emulated / disk"))
    equal(page.run("sum(heat.perColumn)"), 22043)
    page.run("""{ const write = [...heat.select.options].find((o) => o.text.includes("write / whole"));
        heat.select.value = write.value; heat.select.dispatchEvent(new Event("change")); }""")
    equal(page.run("sum(heat.perColumn)"), 3120)
    # A cell under the pointer, and by keyboard.
    page.browser.point('#heat svg[role="img"][tabindex]')
    title, rows = page.tip()
    true(title.startswith("09:14:0"), title)
    true("latency" in rows and "events" in rows, rows)
    page.browser.point("h1")
    page.run('heat.svg.focus()')
    page.browser.key("ArrowRight")
    page.browser.key("ArrowUp")
    true(page.tip() and "latency" in page.tip()[1], "the keyboard reads no cell")


def two_histograms_on_one_axis(page):
    page.open()
    true("sda read" in page.run("compare.first.selectedOptions[0].text"), "no emulated path above")
    true("xvdb read" in page.run("compare.second.selectedOptions[0].text"), "no paravirtual path below")
    true(page.number("#compare .side") > 20, "no bars")
    edges = page.run("""[...document.querySelectorAll("#compare g[data-path]")]
        .map((g) => [...g.querySelectorAll(".side")].map((bar) => Number(bar.getAttribute("x"))))""")
    true(min(edges[0]) > min(edges[1]), "the emulated disk is not the slower one")
    page.browser.point("#compare .side")
    true("events" in page.tip()[1], "no tooltip on a bar")
    page.run('compare.second.selectedIndex = 2; compare.second.dispatchEvent(new Event("change"))')
    true("xvdb write" in page.run('document.querySelectorAll("#compare tspan")[1].textContent'),
         "not the chosen one")


def slowest_requests_are_told_and_found_in_time(page):
    page.open()
    row = page.run("""[...document.querySelector("#slowest tbody tr").cells]
        .map((td) => td.innerText)""")
    equal(row[0], "09:14:08.1")
    equal(row[2], page.run(f"ns({page.data()['slowest'][0]['total_ns']})"))
    true("device 41.0 ms" in row[3], row[3])
    equal(row[4], "postgres[812] vCPU 2")
    true("held off 130 us" in row[5], row[5])
    page.browser.click("#slowest tbody tr:nth-child(2) button")
    true("xvdb / write" in page.text("#heat h2 small"), page.text("#heat h2 small"))
    page.browser.point("#heat .slow")
    title, rows = page.tip()
    equal(title, "xvdb write 8.26 ms")
    equal(rows["ring full"], "2.01 ms")


def event_channels_say_who_handles_them(page):
    page.open()
    rows = page.run("""[...document.querySelectorAll("#events tr")]
        .map((tr) => [...tr.cells].map((td) => td.innerText))""")
    equal(len(rows), 1 + len(page.data()["event_rows"]))
    kind, device, channels, events, rate, vcpus, odd = rows[1]
    equal([kind, device, channels, events, rate], ["vbd", "xvdb", "2", "98,112", "9811"])
    equal([part.strip() for part in vcpus.split("%")], ["0: 53", "2: 47", ""])
    equal(odd, "4 spurious")


def owners_are_told_where_they_were_asked_for(page):
    page.open()
    equal(page.number("#who"), 0)
    page.open("owner")
    rows = page.run("""[...document.querySelectorAll("#who tr")]
        .map((tr) => [...tr.cells].map((td) => td.innerText))""")
    equal(len(rows), 1 + len(page.data()["owners"]))
    equal([rows[1][i] for i in (0, 1, 3, 7)], ["postgres[812]", "1", "4.1 kB", "100.0 %"])
    true("by pid" in page.text("#who h2"), page.text("#who h2"))
    true("only the requests of process 812 (postgres); 1,204 others" in page.text("#who"), page.text("#who"))


def theme_follows_and_switches(page):
    color = 'getComputedStyle(document.body).backgroundColor'
    page.open(scheme="light")
    light = page.run(color)
    page.prefer("dark")
    dark = page.run(color)
    true(light != dark, "the page does not follow the system")
    page.browser.click("#theme")
    equal(page.text("#theme"), "Theme: light")
    equal(page.run(color), light)
    page.browser.click("#theme")
    page.prefer("light")
    equal(page.text("#theme"), "Theme: dark")
    equal(page.run(color), dark)
    # the browser stores what a page remembers some time later, and begins the next page without it
    for _ in range(50):
        page.browser.open(os.path.join(page.folder, "pvhvm.html"))
        if page.text("#theme") == "Theme: dark":
            break
        time.sleep(0.1)
    equal(page.text("#theme"), "Theme: dark")
    page.browser.key("t")
    equal(page.text("#theme"), "Theme: auto")
    equal(page.run(color), light)


def text_has_contrast(page):
    for scheme in ("light", "dark"):
        page.open(scheme=scheme)
        ratio, where = page.run(CONTRAST)
        true(ratio >= 4.5, f"{scheme}: {ratio:.2f} in {where}")


def no_text_overlaps(page):
    for name in ("pvhvm", "long", "hostile"):
        page.open(name)
        for width in (1280, 900):
            page.browser.resize(width, 800)
            page.settle()
            equal(page.run(OVERLAPS), [])
            true(page.run("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}")
            if width == 1280:
                equal(page.run("""[...document.querySelectorAll(".scroll")]
                    .filter((e) => e.scrollWidth > e.clientWidth).length"""), 0)


def hostile_names_are_text(page):
    page.open("hostile")
    equal(page.number("script"), 4)
    true("<script>&" in page.text("#wait"), "the name is not shown")
    equal(page.run(r"/[\u0000-\u0008\u001b\u2028\u202e]/.test(document.body.innerText)"), False)
    page.browser.click(f"({drawn_all('#wait .frame')}.at(-1))")
    page.browser.key("/")
    page.browser.type("<script>&\"';")
    true("matched" in page.text("#matched"), "no match")


def empty_and_courseless_runs_say_so(page):
    page.open("empty")
    for section, words in (("cpu", "no vCPU time"), ("wait", "nothing was waited for"),
                           ("compare", "no whole request"),
                           ("heat", "intervals were not kept"), ("slowest", "no request ended"),
                           ("spectrum", "nothing is known")):
        true(words in page.text("#" + section), f"{section}: {page.text('#' + section)}")
    equal(page.run(drawn("#cpu") + ".textContent.includes('nothing was measured')"), True)
    page.browser.key("Escape")
    page.open("no-course")
    page.browser.click(frame("emulated / disk / sda / read"))
    true("not kept" in page.text("#heat"), "no word about the missing intervals")


def ten_minutes_are_quick(page):
    page.open("long")
    equal(page.run("heat.columns"), 300)
    equal(page.run("sum(heat.perColumn)"), 22043)
    # the quickest of five: what it takes, and not what others of this machine do meanwhile
    spent = min(page.run("""(() => { const began = performance.now(); choose(flames[0], flames[0].root);
        return performance.now() - began; })()""") for _ in range(5))
    true(spent < 2000, f"{spent:.0f} ms to draw all paths over time")
    equal(page.run("document.querySelectorAll('.heat').length <= 16"), True)


def paper_is_white(page):
    page.open(scheme="dark")
    page.browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    equal(page.run("getComputedStyle(document.body).backgroundColor"), "rgb(255, 253, 249)")
    equal(page.run("getComputedStyle(document.querySelector('.tools')).display"), "none")
    page.browser.call("Emulation.setEmulatedMedia", media="")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as out:
        page.browser.paper(out.name)
        pdf = out.read()
    equal(page.number("details:not([open])"), 0)
    true(pdf.startswith(b"%PDF-") and len(pdf) > 20000, "no paper")


TESTS = [
    nothing_is_asked_of_a_network, every_section_is_drawn, frames_add_up,
    labels_are_those_of_the_drawing, tooltip_says_the_ledgers_figures,
    spectrum_shows_its_evidence, click_zooms_and_escape_goes_back, keyboard_walks_and_zooms,
    search_says_the_matched_share, heat_map_follows_the_choice, two_histograms_on_one_axis, slowest_requests_are_told_and_found_in_time,
    event_channels_say_who_handles_them, owners_are_told_where_they_were_asked_for,
    theme_follows_and_switches, text_has_contrast, no_text_overlaps, hostile_names_are_text,
    empty_and_courseless_runs_say_so, ten_minutes_are_quick, paper_is_white,
]


if __name__ == "__main__":
    sys.exit(run_tests(sys.argv[1], [(test.__name__.replace("_", " "), test) for test in TESTS]))
