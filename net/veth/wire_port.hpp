// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/net_device.hpp"
#include "net/handover/handover.hpp"
#include "net/links/link_state.hpp"
#include "net/stack/rx_source.hpp"
#include "net/veth/interface_config.hpp"
#include "net/wire/wire_end.hpp"

#include <array>
#include <atomic>

namespace net {

/// Hears that an end is closed for good. The port may be freed as soon as both ends have said so.
class EndObserver {
public:
    virtual void end_closed() = 0;

protected:
    ~EndObserver() = default;
};

/// One end of a veth pair in its namespace: what comes off the wire goes to a sink there, an lwIP
/// interface or a bridge; what the sink's owner sends goes onto the wire.
///
/// A shared object: the peer's threads wake it. It knows its sink by number only.
///
///     made -> open() -> open -> shutdown(), or the peer closed and the wire is drained -> closed
class WirePort final : public RxSource, public Waker, public Port, public kernel::NetDevice {
public:
    /// What the end is in its namespace.
    enum class Role : std::uint8_t { Interface, BridgePort };
    struct Config {
        Role role = Role::Interface;
        InterfaceConfig interface; ///< if that is the role
    };

    /// The references outlive the port. `serial` is for the name.
    WirePort(WireEnd end, const HandoverOps& handover, EndObserver& observer, std::uint32_t serial);

    /// Brings the end up in the current namespace. Without the core lock.
    /// Errors: OutOfMemory, DomainLimit, InvalidArgument, NoSpace; NotFound: a bridge port in a namespace
    /// without a bridge. The end was then never open.
    kernel::Result<> open(const Config& config);

    const WireEnd& end() const { return end_; }

    void wake() override { notify(); }
    unsigned drain(unsigned budget) override;
    void shutdown() override;
    kernel::Result<> send(PacketSource& source) override;
    kernel::Result<> forward(Packet& packet) override;
    std::string_view name() const override { return name_.data(); }
    mm::TransitTag wire_tag() const override { return end_.tag(); }

private:
    kernel::Result<> connect(const Config& config);

    WireEnd end_;
    const HandoverOps& handover_;
    EndObserver& observer_;
    SinkId sink_;
    std::array<char, 16> name_{};
};

} // namespace net
