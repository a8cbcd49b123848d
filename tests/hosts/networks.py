"""Several machines on one: network namespaces, each with a cable to the one where the database is.

The database's machine has one address for all, so that every other machine knows it by the same name.
"""

import contextlib
import os
import shutil
import subprocess
import uuid

ADDRESS = "10.77.0.1"
NETWORK = "10.77.0.0/16"


class Refused(Exception):
    """Namespaces are not allowed here, or the program for them is missing."""


class Network:
    """A machine ``db`` and others, with a cable from each to it. Raises :class:`Refused`."""

    def __init__(self, *others):
        self._ip = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if self._ip is None:
            raise Refused("the program ip (iproute2) is not installed")
        name = f"lajur-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.namespaces = {each: f"{name}-{each}" for each in ("db", *others)}
        self._made = []
        try:
            for namespace in self.namespaces.values():
                self._run("netns", "add", namespace)
                self._made.append(namespace)
                self._run("-n", namespace, "link", "set", "lo", "up")
            self._in("db", "address", "add", f"{ADDRESS}/32", "dev", "lo")
            for number, other in enumerate(others, 1):
                self._connect(other, f"10.77.{number}")
        except BaseException:
            self.close()
            raise

    def command(self, machine, *command):
        """Give the command that runs another one on a machine, in the same process."""
        return [self._ip, "netns", "exec", self.namespaces[machine], *command]

    def cut(self, machine):
        """Take a machine's cable out, at the other end: it is told nothing."""
        self._in("db", "link", "set", f"to-{machine}", "down")

    def join(self, machine):
        """Put the cable in again."""
        self._in("db", "link", "set", f"to-{machine}", "up")

    def close(self):
        """Take everything away; nothing may run on the machines any more."""
        while self._made:
            with contextlib.suppress(Refused):
                self._run("netns", "delete", self._made.pop())

    def _connect(self, other, network):
        there = ("peer", "name", "lan", "netns", self.namespaces[other])
        self._in("db", "link", "add", f"to-{other}", "type", "veth", *there)
        for machine, device, address in (("db", f"to-{other}", 1), (other, "lan", 2)):
            self._in(machine, "address", "add", f"{network}.{address}/24", "dev", device)
            self._in(machine, "link", "set", device, "up")
        self._in(other, "route", "add", ADDRESS, "via", f"{network}.1")

    def _in(self, machine, *arguments):
        self._run("-n", self.namespaces[machine], *arguments)

    def _run(self, *arguments):
        run = subprocess.run([self._ip, *arguments], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Refused(f"ip {' '.join(arguments)}: {run.stderr.strip()}")
