# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Records of a file that xentrace wrote in dom0: the hypervisor's own account of its guests.

Format and numbers: xen/include/public/trace.h. A record is a 32-bit header (28 bits of event, 3 of
the number of extra words, 1 for "a 64-bit TSC follows"), the TSC, the words. The file is one chunk
a processor after the other, each begun by a CPU_CHANGE record.
"""
import struct

CPU_CHANGE = 0x1F003
LOST_RECORDS = 0x1F001
HYPERCALL_PV = 0x20100D  # first word, low 20 bits: the hypercall's number
SUBCALL_PV = 0x20200E  # the same, of a multicall
RUNSTATE_CHANGE = 0x21001  # | old state << 8 | new state << 4; word: domain << 16 | vCPU
VMEXIT = 0x81102  # first word: the reason
IO_PORT = (0x82016, 0x82216)  # read, write: an access that Xen or the device model answered
IO_MEMORY = (0x82017, 0x82217)
HYPERCALL_HVM = 0x82012

RUNNING, RUNNABLE, BLOCKED, OFFLINE = range(4)
STATES = ("running", "runnable", "blocked", "offline")


class Record:
    __slots__ = ("cpu", "tsc", "event", "words")

    def __init__(self, cpu, tsc, event, words):
        self.cpu, self.tsc, self.event, self.words = cpu, tsc, event, words

    def runstate(self):
        """(domain, vCPU, old, new) of a change of runstate, else None."""
        if self.event & ~0x330 != RUNSTATE_CHANGE:
            return None
        who = self.words[0]
        return who >> 16, who & 0xFFFF, self.event >> 8 & 3, self.event >> 4 & 3


# xen/include/public/xen.h
MMU_UPDATE, MULTICALL, MMUEXT_OP = 1, 13, 26
PREEMPTED = 1 << 31  # MMU_UPDATE_PREEMPTED, in the count


class Restarts:
    """Tells which records of a vCPU's hypercalls are one that Xen preempted and began again: the
    guest's code made it once (hypercall_create_continuation(); a record's second word is its number
    of entries)."""

    def __init__(self):
        self.left = 0  # entries of the last multicall that were not carried out

    def subcall(self):
        self.left -= 1

    def is_restart(self, record):
        number, left = record.words[0] & 0xFFFFF, self.left
        self.left = 0
        if record.event != HYPERCALL_PV or len(record.words) < 2:
            return False
        if number == MULTICALL:
            self.left = record.words[1]
            # Linux makes none of one entry
            return left > 0 or record.words[1] == 1
        return number in (MMU_UPDATE, MMUEXT_OP) and bool(record.words[1] & PREEMPTED)


def read(path):
    """Every record in the file's order. A record without a TSC has that of the one before it on its
    processor. Lost records are an error: a count that misses some proves nothing."""
    with open(path, "rb") as file:
        data = file.read()
    at, cpu, tsc = 0, 0, {}
    while at + 4 <= len(data):
        header, = struct.unpack_from("<I", data, at)
        event, extra = header & 0xFFFFFFF, header >> 28 & 7
        at += 4
        if header >> 31:
            if at + 8 + 4 * extra > len(data):
                return
            tsc[cpu], = struct.unpack_from("<Q", data, at)
            at += 8
        if at + 4 * extra > len(data):
            return  # cut when dom0 ended
        words = struct.unpack_from(f"<{extra}I", data, at)
        at += 4 * extra
        if event == CPU_CHANGE:
            cpu = words[0]
        elif event == LOST_RECORDS:
            raise ValueError(f"{path}: xentrace lost records")
        else:
            yield Record(cpu, tsc.get(cpu, 0), event, words)


def in_order(path):
    """The same, all processors' merged by time."""
    return sorted(read(path), key=lambda record: record.tsc)
