# SPDX-License-Identifier: MIT
"""Raw Ethernet frames into the network device, through a datagram socket: no stack in between."""

import contextlib
import random
import socket
import struct
import time
from pathlib import Path
from typing import Callable, Iterator

from lacuna_tool.fixture import Console, console, scratch
from lacuna_tool.system import case, check

HOST_MAC, HOST_IP = b"\x52\x55\x0a\x00\x02\x02", b"\x0a\x00\x02\x02"
RED_IP, BLUE_IP = b"\x0a\x00\x02\x15", b"\x0a\x00\x02\x16"
BROADCAST = b"\xff" * 6
ARP, IPV4 = b"\x08\x06", b"\x08\x00"


class Cable:
    """The other end of the machine's network cable: one datagram is one frame."""

    def __init__(self, folder: Path):
        self._guest, self._own = folder / "guest", folder / "own"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._own))
        self._socket.settimeout(0.2)

    @property
    def netdev(self) -> str:
        return f"dgram,local.type=unix,local.path={self._guest},remote.type=unix,remote.path={self._own}"

    def send(self, frame: bytes) -> None:
        for _ in range(200):
            try:
                self._socket.sendto(frame, str(self._guest))
                return
            except (BlockingIOError, TimeoutError, ConnectionRefusedError, FileNotFoundError):
                time.sleep(0.02)  # the device's ring is full, or QEMU has just begun
        check(False, "the device takes no frames any more")

    def receive(self, wanted: Callable[[bytes], bool], timeout: float = 10) -> bytes | None:
        """The next frame that is wanted."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                frame = self._socket.recv(65536)
            except TimeoutError:
                continue
            if wanted(frame):
                return frame
        return None

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def wired(append: str = "demo=yes") -> Iterator[tuple[Console, Cable]]:
    """The demonstration, on a cable."""
    with scratch() as folder:
        cable = Cable(folder)
        try:
            with console(append, netdev=cable.netdev, memory="256M") as machine:
                yield machine, cable
        finally:
            cable.close()


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def arp_request(target: bytes) -> bytes:
    """RFC 826."""
    return BROADCAST + HOST_MAC + ARP + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + HOST_MAC + HOST_IP \
        + b"\0" * 6 + target


def ipv4(payload: bytes, protocol: int, target: bytes, identifier: int = 1, fragment: int = 0,
         length: int | None = None) -> bytes:
    """RFC 791, with room for lies about the length and the fragment."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload) if length is None else length, identifier, fragment,
                       64, protocol, 0) + HOST_IP + target
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def echo_request(sequence: int, size: int = 56) -> bytes:
    """RFC 792."""
    body = struct.pack(">HH", 0x1ACC, sequence) + bytes(index & 0xFF for index in range(size))
    return struct.pack(">BBH", 8, 0, checksum(b"\x08\0\0\0" + body)) + body


def resolve(cable: Cable, address: bytes) -> bytes:
    """The hardware address of `address`."""
    for _ in range(5):
        cable.send(arp_request(address))
        answer = cable.receive(lambda frame: frame[12:14] == ARP and frame[20:22] == b"\0\2"
                               and frame[28:32] == address, 2)
        if answer:
            return answer[22:28]
    check(False, f"nobody answers ARP for {socket.inet_ntoa(address)}")
    return b""


def ping(cable: Cable, mac: bytes, address: bytes, sequence: int, size: int = 56, timeout: float = 10) -> bool:
    """One round trip, answering the guest's ARP questions meanwhile."""
    cable.send(mac + HOST_MAC + IPV4 + ipv4(echo_request(sequence, size), 1, address))

    def wanted(frame: bytes) -> bool:
        if frame[12:14] == ARP and frame[20:22] == b"\0\1" and frame[38:42] == HOST_IP:
            cable.send(frame[6:12] + HOST_MAC + ARP + frame[14:20] + b"\0\2" + HOST_MAC + HOST_IP + frame[22:32])
        return frame[12:14] == IPV4 and frame[23] == 1 and frame[34] == 0 \
            and frame[38:42] == struct.pack(">HH", 0x1ACC, sequence)
    reply = cable.receive(wanted, timeout)
    return reply is not None and reply[42:42 + size] == echo_request(sequence, size)[8:8 + size]


def _still_well(machine: Console, cable: Cable, mac: bytes) -> None:
    # A full ring drops what comes behind a burst, so one ping may be lost; not five, three seconds apart.
    check(any(ping(cable, mac, RED_IP, 999 + attempt, timeout=3) for attempt in range(5)), "red answers no more")
    report = machine.run("audit")
    check("FAIL" not in report and "violation" not in report.replace("0 violations", "").replace("no violation", ""),
          report)


@case("ARP and ICMP echo, 0 to 1472 bytes")
def echoes() -> None:
    with wired() as (machine, cable):
        for address in (RED_IP, BLUE_IP):
            mac = resolve(cable, address)
            for sequence, size in enumerate((0, 1, 2, 17, 56, 1000, 1471, 1472)):
                check(ping(cable, mac, address, sequence, size), f"no echo of {size} bytes from {address[3]}")


@case("2000 ill-formed frames do no harm")
def ill_formed() -> None:
    with wired() as (machine, cable):
        mac = resolve(cable, RED_IP)
        rng = random.Random(4)
        good = [mac + HOST_MAC + IPV4 + ipv4(echo_request(1), 1, RED_IP), arp_request(RED_IP),
                mac + HOST_MAC + IPV4 + ipv4(rng.randbytes(40), 6, RED_IP),
                mac + HOST_MAC + IPV4 + ipv4(rng.randbytes(40), 17, RED_IP),
                mac + HOST_MAC + b"\x86\xdd" + b"\x60" + rng.randbytes(80)]
        for _ in range(2000):
            frame = bytearray(rng.choice(good))
            for _ in range(rng.randrange(6)):
                frame[rng.randrange(12, len(frame))] = rng.randrange(256)
            cable.send(bytes(frame[:rng.choice((len(frame), rng.randrange(14, len(frame))))]))
        _still_well(machine, cable, mac)


@case("fragments that overlap, lie or never end do no harm")
def fragments() -> None:
    with wired() as (machine, cable):
        mac = resolve(cable, RED_IP)
        header = mac + HOST_MAC + IPV4
        for number in range(300):
            cable.send(header + ipv4(b"a" * 64, 17, RED_IP, number, 0x2000))            # first, and no other
            cable.send(header + ipv4(b"b" * 64, 17, RED_IP, number, 0x2004))            # overlaps it
            cable.send(header + ipv4(b"c" * 64, 17, RED_IP, number, 0x1FFF))            # beyond 64 KiB
            cable.send(header + ipv4(b"d" * 64, 17, RED_IP, number, 0, length=1400))    # longer than the frame
        _still_well(machine, cable, mac)


@case("a big echo request in fragments comes back whole")
def reassembly() -> None:
    with wired() as (machine, cable):
        mac = resolve(cable, RED_IP)
        request = echo_request(7, 4000)
        for offset in range(0, len(request), 1480):
            more = 0x2000 if offset + 1480 < len(request) else 0
            cable.send(mac + HOST_MAC + IPV4 + ipv4(request[offset:offset + 1480], 1, RED_IP, 77, more | offset // 8))
        reply = cable.receive(lambda frame: frame[12:14] == IPV4 and frame[23] == 1
                              and frame[20:22] not in (b"\0\0", b"\x40\0"))
        check(reply is not None, "no fragment of the answer came")


@case("runts and frames larger than the MTU do no harm")
def sizes() -> None:
    with wired() as (machine, cable):
        mac = resolve(cable, RED_IP)
        for size in (14, 15, 20, 33, 34, 59, 60, 1513, 1514, 1515, 1518, 2000, 4000, 9000):
            cable.send((mac + HOST_MAC + IPV4 + b"\x45" + b"\0" * 9000)[:size])
        _still_well(machine, cable, mac)


@case("a flood larger than every ring is survived")
def flood() -> None:
    with wired() as (machine, cable):
        mac = resolve(cable, RED_IP)
        frame = mac + HOST_MAC + IPV4 + ipv4(echo_request(3, 1400), 1, RED_IP)
        for _ in range(5000):
            cable.send(frame)
        time.sleep(1)
        while cable.receive(lambda _: True, 0.5):
            pass
        _still_well(machine, cable, mac)
