#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs a machine and takes its output apart.

    supervise.py --nonce N --fifo FIFO --alive FIFO --logs DIR [--guest NAME] --boot SECONDS --limit SECONDS
        [--usual NAME=SECONDS]... [--progress SECONDS] -- QEMU ARGUMENT...

The machine is Xen with its guests, or one guest by itself, which is named then. --usual is how long dom0 and each
guest take to be up where nothing else runs, for whoever waits.

The lab's port carries one stream: marks (@lab:NONCE:verb argument@) and what is between them. What lies between
begin and end is COMMAND's output and goes to standard output byte by byte; the rest goes to the logs. The stages of
it all, with their times, go to standard error, and a line whenever nothing was said for 30 s (--progress). dom0 writes
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


class Stages:
    """What goes on, said to who waits: when a stage ends how long it took, and usually takes; and what comes next."""

    def __init__(self, pause):
        self.pause = pause
        self.who = self.next = ''
        self.usual = None
        self.began = self.said = time.monotonic()

    def say(self, text):
        print(f'lab: {text}', file=sys.stderr, flush=True)
        self.said = time.monotonic()

    def took(self):
        usually = f', usually {self.usual} s' if self.usual else ''
        return f'{time.monotonic() - self.began:.0f} s' + usually

    def wait(self, who, text, following='', usual=None, note=''):
        """Says the text, and that now begins what ends with `following`."""
        if following and usual:
            text += f'; usually {usual} s until {following}{note}'
        self.say(f'{who}: {text}' if who else text)
        self.who, self.next, self.usual = who, following, usual
        self.began = time.monotonic()

    def progress(self):
        """To be called often."""
        if self.next and time.monotonic() - self.said >= self.pause:
            self.say(f'{self.who}: still waiting until {self.next}: {self.took()}')


class Stream:
    """The state of the lab's port."""

    def __init__(self, nonce, logs, guest, stages, usual):
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
        self.usual = usual
        self.name = self.main
        self.stages = stages
        self.say = self.stages.say
        if guest:
            self.guest_starts(guest)
        else:
            self.stages.wait('Xen and dom0', 'booting', 'they are up', usual.get('dom0'))

    def guest_starts(self, name):
        self.name = name
        self.guest_began = time.monotonic()
        self.stages.wait(name, 'started', 'COMMAND begins', self.usual.get(name),
                         ', up to 10 times as long on a busy machine')

    def write(self, data):
        self.log.write(data)
        self.log.flush()
        if self.in_command and self.stdout_open:
            if data:
                self.stages.said = time.monotonic()
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
        stages = self.stages
        if verb == 'up':
            self.up = True
            stages.wait('', f'{self.main} up ({stages.took()})')
        elif verb == 'start':
            self.log.close()
            self.log = open(os.path.join(self.logs, argument + '.log'), 'wb')
            self.guest_starts(argument)
        elif verb == 'begin':
            self.up = self.in_command = True
            self.command_began = now
            stages.wait(self.name, f'COMMAND begins ({stages.took()})', 'COMMAND ends')
        elif verb == 'stage':
            what, usual, following = (argument.split('|') + ['', ''])[:3]
            stages.wait(self.name, f'{what} ({stages.took()})', following or 'COMMAND ends',
                        int(usual) if usual.isdecimal() else None)
        elif verb == 'end':
            self.in_command = False
            stages.wait(self.name, f'COMMAND ended with status {argument} ({now - self.command_began:.0f} s)',
                        'the guest ends')
        elif verb == 'again':
            stages.wait(argument, 'lost before COMMAND began, as guests under emulation sometimes are: once more',
                        'COMMAND begins', self.usual.get(argument))
        elif verb == 'close':
            self.in_command = False
        elif verb == 'finish':
            self.in_command = False
            name, _, how = argument.partition(' ')
            stages.wait('', f'{name}: {how} ({now - self.guest_began:.0f} s)')
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
    parser.add_argument('--usual', action='append', default=[])
    parser.add_argument('--progress', type=int, default=30)
    parser.add_argument('qemu', nargs='+')
    options = parser.parse_args()

    # Fetched, not handled: that tells who sent them.
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    # Open for both directions: the stream then never ends before the machine has, and opening does not wait.
    fifo = os.open(options.fifo, os.O_RDWR | os.O_NONBLOCK)
    alive = os.open(options.alive, os.O_RDWR | os.O_NONBLOCK)
    usual = {name: int(seconds) for name, seconds in (each.split('=') for each in options.usual)}
    stream = Stream(options.nonce, options.logs, options.guest, Stages(options.progress), usual)
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
            stream.stages.progress()
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
