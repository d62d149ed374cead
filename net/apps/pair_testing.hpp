// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/scratch_namespace.hpp"
#include "net/apps/bulk.hpp"
#include "net/apps/echo_server.hpp"
#include "net/links/links.hpp"

#include <cstdint>
#include <string_view>

namespace net::testing {

inline constexpr std::string_view far_address = "192.168.7.2";

inline InterfaceConfig pair_interface(u8_t host, std::uint16_t mtu) {
    return {.mtu = mtu,
            .addressing = Addressing::Static,
            .address = {.address = IPADDR4_INIT_BYTES(192, 168, 7, host), .length = 24}};
}

/// Two namespaces, joined by a veth pair; the far one takes streams and echoes.
class Pair {
public:
    Pair(std::string_view near_name, std::string_view far_name, std::uint16_t mtu = default_mtu)
        : Pair(near_name, far_name, pair_interface(1, mtu), pair_interface(2, mtu)) {}
    Pair(std::string_view near_name, std::string_view far_name, const InterfaceConfig& at_near,
         const InterfaceConfig& at_far)
        : near(near_name), far(far_name) {
        if (!near || !far) return;
        bool serving = false;
        ready_ = create_veth(*near, at_near, *far, at_far) &&
                 far.inside([&] { serving = BulkSink::start() && EchoServer::start(); }) && serving;
    }
    explicit operator bool() const { return ready_; }

    /// Sends that many bytes across and says how it went.
    kernel::Result<BulkResult> send(std::uint64_t bytes, std::uint64_t seed, std::string_view host = far_address) {
        kernel::Result<BulkResult> result = kernel::fail(kernel::Error::Killed);
        TRY(near.inside(
            [&] { result = bulk_send({.host = host, .bytes = bytes, .seed = seed, .timeout_ms = 30'000}); }));
        return result;
    }

    kernel::ScratchNamespace near;
    kernel::ScratchNamespace far;

private:
    bool ready_ = false;
};

} // namespace net::testing
