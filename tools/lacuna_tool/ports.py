# SPDX-License-Identifier: MIT
"""Forwarding of loopback ports of the host to services of the guest."""

import itertools
import socket
from dataclasses import dataclass

from lacuna_tool.errors import usage_error

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Forward:
    """`protocol` port `host_port` of the host's loopback leads to `guest_address`:`guest_port`."""

    protocol: str
    host_port: int
    guest_address: str
    guest_port: int
    label: str = ""

    def qemu(self) -> str:
        return f"hostfwd={self.protocol}:{HOST}:{self.host_port}-{self.guest_address}:{self.guest_port}"


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0, protocol: str = "tcp") -> int:
    """`preferred` if nobody has it, else one that the system picks."""
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    if preferred and _is_free(preferred, kind):
        return preferred
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def free_ports(count: int, above: int) -> list[int]:
    """The first so many TCP ports above one that nobody has."""
    candidates = (port for port in range(above + 1, 1 << 16) if _is_free(port, socket.SOCK_STREAM))
    return list(itertools.islice(candidates, count))


def demo_forwards() -> list[Forward]:
    """The services of the demonstration's two namespaces."""
    red, blue = "10.0.2.21", "10.0.2.22"
    return [Forward("tcp", free_port(8021), red, 80, "red, HTTP"),
            Forward("tcp", free_port(8022), blue, 80, "blue, HTTP"),
            Forward("tcp", free_port(8007), red, 7, "red, echo"),
            Forward("tcp", free_port(5001), red, 5001, "red, iperf 2")]


def parse_forward(text: str) -> Forward:
    """Reads `[udp:|tcp:]HOSTPORT:GUESTADDRESS:GUESTPORT`; host port 0 means a free one."""
    protocol, _, rest = text.partition(":") if text.startswith(("tcp:", "udp:")) else ("tcp", "", text)
    parts = rest.split(":")
    try:
        host, address, port = parts
        socket.inet_aton(address)
        host_port, guest_port = int(host), int(port)
    except (ValueError, OSError):
        raise usage_error(f"--forward {text}: expected [udp:]HOSTPORT:GUESTADDRESS:PORT, "
                          "for example 8080:10.0.2.21:80") from None
    if host_port:
        kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
        if not _is_free(host_port, kind):
            raise usage_error(f"--forward {text}: port {host_port} is taken; use 0 for a free one")
    return Forward(protocol, host_port or free_port(protocol=protocol), address, guest_port, "forwarded")
