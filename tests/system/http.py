# SPDX-License-Identifier: MIT
"""Real clients on the host, through the virtio uplink, of services in namespace red."""

import contextlib
import hashlib
import http.client
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

from lacuna_tool import ports
from lacuna_tool.fixture import Console, console, scratch
from lacuna_tool.system import case, check

RED = "10.0.2.21"
BIG = 16 << 20


class Site:
    """A demonstration machine with a folder of known files."""

    def __init__(self, machine: Console, forwards: list[ports.Forward], content: bytes, doors: list[ports.Forward]):
        self.machine = machine
        self.content = content
        self.ports = {(forward.guest_address, forward.guest_port): forward.host_port for forward in forwards}
        self.http = self.ports[RED, 80]
        self.doors = [door.host_port for door in doors]

    def url(self, path: str) -> str:
        return f"http://{ports.HOST}:{self.http}/{path}"


@contextlib.contextmanager
def site(append: str = "", doors: int = 0) -> Iterator[Site]:
    """Boots the demonstration, with a file of 16 MiB among its files.

    So many more ports of the host lead to red's server, for clients that come at the same time: QEMU listens on a
    port with a backlog of one. What is beyond that the host makes wait for its own retransmissions, up to a minute
    where QEMU is slow to accept, and the guest does not hear of it."""
    forwards = ports.demo_forwards()
    more = [ports.Forward("tcp", port, RED, 80) for port in ports.free_ports(doors, above=10_000)]
    content = random.Random(1).randbytes(BIG)
    with scratch() as folder:
        files = Path(folder) / "www"
        files.mkdir()
        (files / "index.html").write_text("<title>index</title>")
        (files / "big.bin").write_bytes(content)
        options = f"demo=yes {append}".strip()
        with console(options, files=files, forwards=forwards + more, memory="256M") as machine:
            yield Site(machine, forwards, content, more)


def fetch(url: str, timeout: float = 60) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _curl_big(append: str) -> None:
    with site(append) as here:
        result = subprocess.run(["curl", "-sS", "--max-time", "180", here.url("big.bin")], capture_output=True)
        check(result.returncode == 0, f"curl: {result.stderr.decode(errors='replace')}")
        check(hashlib.sha256(result.stdout).digest() == hashlib.sha256(here.content).digest(),
              f"{len(result.stdout)} bytes came, not the {BIG} that were sent")
        here.machine.run("audit")


@case("curl gets 16 MiB, byte for byte")
def big_file() -> None:
    _curl_big("")


@case("curl gets 16 MiB with handover copy")
def big_file_copied() -> None:
    _curl_big("handover=copy")


@case("serves an index, says 404 for what is missing, and both namespaces answer")
def pages() -> None:
    with site() as here:
        check(fetch(here.url(""))[0] == 200, "no index")
        check(b"<title>index</title>" in fetch(here.url("index.html"))[1], "not the index of the folder")
        check(fetch(here.url("missing.html"))[0] == 404, "a missing file is not 404")
        blue = here.ports["10.0.2.22", 80]
        check(fetch(f"http://{ports.HOST}:{blue}/")[0] == 200, "blue does not answer")


@case("iperf 2 measures")
def iperf() -> None:
    with site() as here:
        result = subprocess.run(["iperf", "-c", ports.HOST, "-p", str(here.ports[RED, 5001]), "-t", "3"],
                                capture_output=True, text=True, timeout=60)
        check("bits/sec" in result.stdout, result.stdout + result.stderr)


@case("echoes")
def echo() -> None:
    with site() as here, socket.create_connection((ports.HOST, here.ports[RED, 7]), timeout=30) as peer:
        message = random.Random(2).randbytes(100_000)
        peer.settimeout(30)
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(peer.sendall, message)
            received = b""
            while len(received) < len(message) and (chunk := peer.recv(65536)):
                received += chunk
            sent.result(30)
        check(received == message, f"{len(received)} of {len(message)} bytes came back")


def _status(door: int, client: int) -> int:
    """Fetches the index by a port of the host, from another."""
    connection = http.client.HTTPConnection(ports.HOST, door, timeout=60, source_address=(ports.HOST, client))
    with contextlib.closing(connection):
        connection.request("GET", "/index.html")
        return connection.getresponse().status


@case("40 clients at once, 200 in a row")
def crowd() -> None:
    with site(doors=40) as here:
        # The guest sees the client's port, not the door. The host would choose one for each door by itself, by chance
        # the same, and the guest's end of a connection stays for ten seconds (TIME-WAIT).
        clients = ports.free_ports(40, above=max(here.doors))
        with ThreadPoolExecutor(40) as pool:
            codes = list(pool.map(_status, here.doors, clients))
        check(codes == [200] * 40, f"at once: {sorted(set(codes))}")
        check(all(fetch(here.url("index.html"))[0] == 200 for _ in range(200)), "in a row")


@case("a slow reader and a silent client disturb nobody")
def slow_reader() -> None:
    with site() as here:
        slow = socket.create_connection((ports.HOST, here.http), timeout=30)
        silent = [socket.create_connection((ports.HOST, here.http), timeout=30) for _ in range(4)]
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /big.bin HTTP/1.0\r\n\r\n")
        for _ in range(10):
            check(fetch(here.url("index.html"), timeout=20)[0] == 200, "another client is kept waiting")
            slow.recv(100)
            time.sleep(0.1)
        for peer in (slow, *silent):
            peer.close()
        check(fetch(here.url("index.html"))[0] == 200, "after they left")


@case("garbage, half a request and a reset connection are survived")
def rude_clients() -> None:
    with site() as here:
        rng = random.Random(3)
        for index in range(30):
            with socket.create_connection((ports.HOST, here.http), timeout=30) as peer:
                peer.sendall((b"GET /big.bin HTTP/1.0\r\n\r\n", b"GET /" + b"x" * 5000, rng.randbytes(3000),
                              b"G", b"\0" * 100, b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n")[index % 6])
                # Linger of zero seconds: closing sends a reset.
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        check(fetch(here.url("index.html"))[0] == 200, "the server is gone")
        here.machine.run("audit")
