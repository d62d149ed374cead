// SPDX-License-Identifier: MIT
#pragma once

#include "net/bridge/mac_address.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace net {

/// The number of a bridge's port, dense from 0.
struct PortId {
    explicit constexpr PortId(std::uint16_t id) : id_(id) {}
    constexpr std::uint16_t raw() const { return id_; }
    constexpr auto operator<=>(const PortId&) const = default;

private:
    std::uint16_t id_;
};

/// Which port an Ethernet address was last heard on (IEEE 802.1D §7.8, 7.9): a hash table of fixed size
/// with short probe runs. When a run is full its oldest entry goes, so a flood of forged addresses
/// costs flooding and never memory.
///
/// Context: under the core lock of the bridge's namespace. Times are milliseconds of one clock.
class ForwardingTable {
public:
    static constexpr std::size_t capacity = 1024;
    static constexpr std::size_t probe_length = 8;
    static constexpr std::uint64_t lifetime_ms = 300'000; ///< 802.1D's default ageing time

    /// Notes that `address` is behind `port`. Group addresses are no source and are ignored.
    void learn(MacAddress address, PortId port, std::uint64_t now_ms);
    /// The port to send to, or nothing if it is not known (any more): flood.
    std::optional<PortId> find(MacAddress address, std::uint64_t now_ms) const;
    /// Forgets what was behind a port that goes away.
    void forget(PortId port);

private:
    struct Entry {
        MacAddress address{};
        PortId port{0};
        std::uint64_t heard_ms = 0;
        bool used = false;
    };
    static std::size_t slot(MacAddress address, std::size_t probe);

    std::array<Entry, capacity> entries_{};
};

} // namespace net
