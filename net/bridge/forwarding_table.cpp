// SPDX-License-Identifier: MIT
#include "net/bridge/forwarding_table.hpp"

namespace net {

std::size_t ForwardingTable::slot(MacAddress address, std::size_t probe) {
    // Fibonacci hashing: the top bits of the product depend on every octet.
    const std::uint64_t hash = address.as_number() * 0x9e3779b97f4a7c15ULL;
    return (static_cast<std::size_t>(hash >> 48) + probe) % capacity;
}

void ForwardingTable::learn(MacAddress address, PortId port, std::uint64_t now_ms) {
    if (address.is_group()) return;
    Entry* place = nullptr;
    for (std::size_t probe = 0; probe < probe_length; ++probe) {
        Entry& entry = entries_[slot(address, probe)];
        if (entry.used && entry.address == address) {
            place = &entry;
            break;
        }
        // A free place is better than any used one; among used ones the oldest.
        if (place == nullptr || (place->used && (!entry.used || entry.heard_ms < place->heard_ms))) {
            place = &entry;
        }
    }
    *place = {.address = address, .port = port, .heard_ms = now_ms, .used = true};
}

std::optional<PortId> ForwardingTable::find(MacAddress address, std::uint64_t now_ms) const {
    for (std::size_t probe = 0; probe < probe_length; ++probe) {
        const Entry& entry = entries_[slot(address, probe)];
        if (!entry.used || entry.address != address) continue;
        if (now_ms - entry.heard_ms > lifetime_ms) return std::nullopt;
        return entry.port;
    }
    return std::nullopt;
}

void ForwardingTable::forget(PortId port) {
    for (Entry& entry : entries_) {
        if (entry.used && entry.port == port) entry = {};
    }
}

} // namespace net
