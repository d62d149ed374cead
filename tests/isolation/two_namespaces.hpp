// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/ns/scratch_namespace.hpp"
#include "mm/addr.hpp"
#include "mm/frame.hpp"

namespace isolation {

/// Two namespaces, `red` the victim and `blue` the attacker, linked by a veth pair over which TCP has
/// run: red has connections, packets and everything else that a namespace in use has. They go with this.
class TwoNamespaces {
public:
    TwoNamespaces();

    bool ready() const { return ready_; }
    kernel::NetNamespace& red() { return *red_; }
    kernel::NetNamespace& blue() { return *blue_; }

    /// Sends a stream from red to blue, which checks it. Whether all of it arrived.
    bool talk();
    /// Ends red before its time.
    void end_red() { red_.remove(); }

private:
    kernel::ScratchNamespace blue_{"iso-blue"};
    kernel::ScratchNamespace red_{"iso-red"}; // goes first
    bool ready_ = false;
};

/// How many of `addresses` a task can read a byte at: in `ns`, or, if null, outside all namespaces.
/// Goes through arch's probe, which turns a fault into an answer.
std::size_t readable(kernel::NetNamespace* ns, std::span<const std::uint64_t> addresses);

/// Whether a plain read at `address` by a task inside `ns` is its end.
bool read_is_fatal(kernel::NetNamespace& ns, std::uint64_t address);

/// A page that a namespace owns.
struct OwnedPage {
    mm::Pfn pfn;
    mm::FrameState state;
};
/// The pages that `ns` owns now, as many as fit.
std::span<const OwnedPage> pages_of(kernel::NetNamespace& ns);

/// The first live object of the named exclusive cache, or 0.
std::uint64_t object_of(kernel::NetNamespace& ns, std::string_view cache);

/// Whether owners see their pages at the direct map's addresses: in a copy of it, with placement=clone.
bool owners_use_direct_map();

/// Where a page would be in the direct map, and where its owner, a network namespace, has it.
std::uint64_t in_direct_map(mm::Pfn pfn);
std::uint64_t in_window(mm::Pfn pfn);

/// Whether this boot isolates at all.
bool isolates();

} // namespace isolation
