// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sync/condition.hpp"
#include "kernel/sync/mutex.hpp"
#include "net/veth/wire_port.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace net {

/// A veth pair: a wire and its two ports, each in its namespace. A shared object.
///
/// As in Linux the pair goes as a whole: when one end's namespace ends, the other end drains what is still
/// on the wire and closes itself; then whoever waits in `wait_closed` may free the pair.
class Veth final : private EndObserver {
public:
    struct End {
        kernel::NetNamespace* space = nullptr;
        WirePort::Config config;
    };

    Veth(std::uint32_t serial, WireMemory& memory, const HandoverOps& handover, const End& a, const End& b);
    Veth(const Veth&) = delete;
    Veth& operator=(const Veth&) = delete;

    /// Brings both ends up, each in a thread inside its namespace. On error nothing is left open and the
    /// pair may be freed. Errors: those of WirePort::open and of starting a thread there.
    /// Precondition: the caller is in neither namespace.
    kernel::Result<> open();
    bool connects(const kernel::NetNamespace& space) const;
    /// Waits until both ends are closed. Precondition: one of them is, or will be without our help.
    void wait_closed();

    Wire& wire() { return wire_; }
    WirePort& port(Side side) { return ports_[static_cast<std::size_t>(side)]; }

    kernel::ListHook<Veth> hook;
    /// The last byte of the address that was chosen for one end, to be given back with the pair.
    std::optional<std::uint8_t> host;

private:
    kernel::Result<> open_end(Side side);
    void end_closed() override;

    std::array<End, 2> ends_;
    Wire wire_;
    std::array<WirePort, 2> ports_;
    unsigned closed_ = 0; ///< ends; under `closing`

    // All pairs share one mutex and one condition: whoever sees the second end closed frees the pair, and
    // the closing thread must not be inside one of its members then.
    static kernel::Mutex closing;
    static kernel::Condition closed_changed;
};

} // namespace net
