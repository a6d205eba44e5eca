# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Records of a file that xentrace wrote in dom0: the hypervisor's own account of its guests. They
are read by `xentrace-bpf import --records` (src/xentrace), a line each in the order of time: TSC,
CPU, who runs there as domain.vCPU or "-", and what it is. Numbers are Xen's; what they are called
is the reader's business.
"""
import os
import subprocess

RUNNING, RUNNABLE, BLOCKED, OFFLINE = range(4)
STATES = ("running", "runnable", "blocked", "offline")
INCOMPLETE = 5

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def program():
    """What tests use; else what `make static` made for the guests, or `make`."""
    made = [os.path.join(ROOT, "build", *path, "xentrace-bpf") for path in (("static",), ())]
    return os.environ.get("XT") or next(filter(os.path.exists, made), made[-1])


class Record:
    __slots__ = ("tsc", "who", "what", "words")

    def __init__(self, line):
        tsc, _, who, self.what, *self.words = line.split()
        self.tsc = int(tsc)
        self.who = None if who == "-" else pair(who)

    def runstate(self):
        """(domain, vCPU, old, new) of a change of runstate, else None."""
        if self.what != "runstate":
            return None
        who, old, new = self.words
        return (*pair(who), STATES.index(old), STATES.index(new))


def pair(who):
    domain, vcpu = who.split(".")
    return int(domain), int(vcpu)


def in_order(path):
    """Every record. Lost records are an error: a count that misses some proves nothing."""
    command = [program(), "import", "--records", "--strict", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="ascii") as reader:
        for line in reader.stdout:
            yield Record(line)
    if reader.returncode == INCOMPLETE:
        raise ValueError(f"{path}: xentrace lost records")
    if reader.returncode:
        raise ValueError(f"{path}: {command[0]} cannot read it")
