// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"
#include "kernel/shell/shell.hpp"

namespace kernel {
namespace {

constexpr std::string_view scene = "ns add red; ns add blue;"
                                   "ns exec red http; ns exec blue http;"
                                   "ns exec red echod; ns exec red iperf server";

constexpr std::string_view text =
    "\n"
    "Lacuna is up. Two network namespaces run, each with a TCP/IP stack in memory that nobody else maps:\n"
    "  red   10.0.2.21   HTTP on port 80, echo on 7, iperf 2 on 5001\n"
    "  blue  10.0.2.22   HTTP on port 80\n"
    "The lines above the boot messages say which ports of the host lead there.\n"
    "\n"
    "Try:\n"
    "  ns list; ps; slab red                       what exists\n"
    "  ns exec blue fetch http://10.0.2.21/        a page from red, through blue's own stack\n"
    "  ns exec red ping 10.0.2.2                   the host side\n"
    "  map                                         the holes in the direct map, and whose they are\n"
    "  audit                                       every page table against the frame table\n"
    "And the attack that fails: list what red has, then read it with blue's page table.\n"
    "  objects red\n"
    "  ns exec blue peek 0x...                     an address from that list\n"
    "`help` lists the commands.\n"
    "\n";

} // namespace

Status run_demo() {
    const Status status = run_line(scene);
    write(text);
    return status;
}

} // namespace kernel
