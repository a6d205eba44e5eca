#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs a machine and takes its output apart.

    supervise.py --nonce N --fifo FIFO --alive FIFO --logs DIR [--guest NAME] --boot SECONDS --limit SECONDS --
        QEMU ARGUMENT...

The machine is Xen with its guests, or one guest by itself, which is named then.

The lab's port carries one stream: marks (@lab:NONCE:verb argument@) and what is between them. What lies between
begin and end is COMMAND's output and goes to standard output byte by byte; the rest goes to the logs. dom0 writes
to a second port every few seconds, as long as it can: Xen with two CPUs under emulation now and then loses the timer
of one, and waits for ever.
Exit status: 0 the machine ended by itself, 124 it was stopped at a limit, 125 it never came up, 128+n on a signal.
"""
import argparse
import os
import re
import select
import signal
import subprocess
import sys
import time

SILENCE = 120  # seconds; dom0 is heard of every 10


class Stream:
    """The state of the lab's port."""

    def __init__(self, nonce, logs, guest):
        self.mark = re.compile(rb'@lab:' + nonce.encode() + rb':([a-z]+)(?: ([^@]*))?@')
        self.start = b'@lab:' + nonce.encode() + b':'
        self.logs = logs
        self.main = guest or 'dom0'
        self.log = open(os.path.join(logs, (guest or 'lab') + '.log'), 'ab')
        self.pending = b''
        self.in_command = False
        self.stdout_open = True
        self.up = False
        self.done = False
        self.began = self.guest_began = self.command_began = time.monotonic()

    def say(self, text):
        print(f'lab: {text}', file=sys.stderr, flush=True)

    def write(self, data):
        self.log.write(data)
        self.log.flush()
        if self.in_command and self.stdout_open:
            try:
                while data:
                    data = data[os.write(1, data):]
            except BrokenPipeError:
                self.stdout_open = False

    def feed(self, data):
        data = self.pending + data
        at = 0
        for mark in self.mark.finditer(data):
            self.write(data[at:mark.start()])
            at = mark.end()
            self.act(mark[1].decode(), (mark[2] or b'').decode())
        rest = data[at:]
        keep = self.unfinished(rest)
        self.write(rest[:len(rest) - keep])
        self.pending = rest[len(rest) - keep:]

    def unfinished(self, data):
        """How many bytes at the end may be the first part of a mark."""
        at = data.rfind(b'@')
        if at < 0 or len(data) - at > 200:
            return 0
        tail = data[at:]
        return len(tail) if self.start.startswith(tail) or tail.startswith(self.start) else 0

    def act(self, verb, argument):
        now = time.monotonic()
        if verb == 'up':
            self.up = True
            self.say(f'{self.main} up ({now - self.began:.0f} s)')
        elif verb == 'start':
            self.guest_began = now
            self.log.close()
            self.log = open(os.path.join(self.logs, argument + '.log'), 'wb')
            self.say(f'{argument}: started')
        elif verb == 'begin':
            self.up = self.in_command = True
            self.command_began = now
            self.say(f'COMMAND begins ({now - self.guest_began:.0f} s after the start of its guest)')
        elif verb == 'end':
            self.in_command = False
            self.say(f'COMMAND ended with status {argument} ({now - self.command_began:.0f} s)')
        elif verb == 'again':
            self.say(f'{argument}: died before COMMAND began, as guests under emulation sometimes do: once more')
        elif verb == 'close':
            self.in_command = False
        elif verb == 'finish':
            self.in_command = False
            name, _, how = argument.partition(' ')
            self.say(f'{name}: {how} ({now - self.guest_began:.0f} s)')
        elif verb == 'complete':
            self.done = True


def sender(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return f'process {pid}, ' + file.read().replace(b'\0', b' ').decode(errors='replace').strip()
    except OSError:
        return f'process {pid}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--nonce', required=True)
    parser.add_argument('--fifo', required=True)
    parser.add_argument('--alive', required=True)
    parser.add_argument('--logs', required=True)
    parser.add_argument('--guest')
    parser.add_argument('--boot', type=int, required=True)
    parser.add_argument('--limit', type=int, required=True)
    parser.add_argument('qemu', nargs='+')
    options = parser.parse_args()

    # Fetched, not handled: that tells who sent them.
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    # Open for both directions: the stream then never ends before the machine has, and opening does not wait.
    fifo = os.open(options.fifo, os.O_RDWR | os.O_NONBLOCK)
    alive = os.open(options.alive, os.O_RDWR | os.O_NONBLOCK)
    stream = Stream(options.nonce, options.logs, options.guest)
    if options.guest:
        stream.say(f'{options.guest}: started')
    # A guest by itself has one log, for its console and what comes by the port: both append.
    with open(os.path.join(options.logs, (options.guest or 'xen') + '.log'), 'ab') as log:
        # A session of its own, so that Ctrl-C at a terminal reaches us alone.
        machine = subprocess.Popen(options.qemu, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                   start_new_session=True,
                                   preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ends))
    status = 0
    ended = None
    heard = None
    try:
        while True:
            readable, _, _ = select.select([fifo, alive], [], [], 0.2)
            now = time.monotonic()
            if fifo in readable:
                stream.feed(os.read(fifo, 65536))
            if alive in readable:
                os.read(alive, 65536)
                heard = now
            caught = signal.sigtimedwait(ends, 0)
            if caught:
                stream.say(f'{signal.strsignal(caught.si_signo)} by {sender(caught.si_pid)}')
                status = 128 + caught.si_signo
                break
            if machine.poll() is not None and not readable:
                break
            # After its last word the machine has nothing to do but power off.
            if stream.done:
                ended = ended or now
                if now - ended > 15:
                    break
            if not stream.up and now - stream.began > options.boot:
                stream.say(f'{stream.main} is not up after {options.boot} s')
                status = 125
                break
            if heard and now - heard > SILENCE:
                stream.say(f'nothing was heard of {stream.main} for {SILENCE} s: the machine is stuck')
                status = 124
                break
            if now - stream.began > options.limit:
                stream.say(f'the whole run is not done after {options.limit} s')
                status = 124
                break
    finally:
        if machine.poll() is None:
            machine.terminate()
            try:
                machine.wait(5)
            except subprocess.TimeoutExpired:
                machine.kill()
                machine.wait()
    if status == 0 and not stream.up:
        status = 125
    sys.exit(status)


main()
