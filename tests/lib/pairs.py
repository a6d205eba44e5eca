# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What `xentrace-bpf diff` says of two recordings."""
import json
import subprocess

FIGURES = {"count_per_s": "count", "mean_ns": "mean", "p99_ns": "p99"}


def diff(program, before, after):
    done = subprocess.run([program, "diff", "--json", before, after], capture_output=True,
                          check=True, text=True)
    return json.loads(done.stdout)


def names(row, side="after"):
    """(device, operation, leg)"""
    return row["device"][side], row["op"], row["leg"][side]


def change(row, figure):
    """The change of one of FIGURES, as a part of what was; None where there was nothing."""
    shift = row[figure]["shift"]
    return row[figure]["change"] if shift is None else shift


def calls(comparison):
    """What is called a change, in words."""
    for row in comparison["changes"]:
        for figure, name in FIGURES.items():
            if not row[figure]["changed"]:
                continue
            side = "after" if row["leg"]["after"] is not None else "before"
            by = change(row, figure)
            size = "" if by is None else f" {100 * by:+.0f} %"
            yield " ".join(filter(None, [row["kind"], *names(row, side), name])) + size


def is_found(comparison, leg):
    """Is that leg's mean called a change?"""
    return any(names(row) == leg and row["kind"] == "wait" and row["mean_ns"]["changed"]
               for row in comparison["changes"])
