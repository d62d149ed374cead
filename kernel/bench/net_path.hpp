// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/bench/run.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sync/semaphore.hpp"
#include "net/veth/interface_config.hpp"

namespace kernel::bench {

/// Where packets go between the two ends of a measurement.
struct PathSpec {
    enum class Kind : std::uint8_t { Loopback, Veth } kind = Kind::Veth;
    std::uint16_t mtu = net::default_mtu;                   ///< of a veth
    std::optional<net::ChecksumOffload> checksum_offload{}; ///< of a veth; unset: as the boot option says
    std::optional<net::Packing> packing{};                  ///< likewise
};

/// The two ends: one namespace and its loopback interface, or two that a veth pair joins.
class Path {
public:
    explicit Path(const PathSpec& spec);
    explicit operator bool() const { return ready_; }

    NetNamespace& near() const { return *near_; }
    NetNamespace& far() const { return far_ ? **far_ : *near_; }
    /// The far end's address.
    ip_addr_t address() const;

    /// Runs `server(Semaphore& ready)` in a task at the far end and, once it has released `ready`,
    /// `client()` in one at the near end; returns when both have ended. They see this caller's
    /// variables, which are on a shared stack. Errors: those of starting a task.
    template <class Server, class Client>
    Result<> between(Server&& server, Client&& client) const {
        struct Shared {
            Semaphore ready;
            Server& server;
            Client& client;
        } shared{.ready = Semaphore(), .server = server, .client = client};
        const auto far_task =
            TRY(spawn_process(&far(), {.name = "server",
                                       .function =
                                           [](void* all) {
                                               auto& one = *static_cast<Shared*>(all);
                                               one.server(one.ready);
                                               one.ready.release(); // it may have failed before it was ready
                                           },
                                       .argument = &shared}));
        TRY(shared.ready.acquire());
        const auto near_task =
            spawn_process(&near(), {.name = "client",
                                    .function = [](void* all) { static_cast<Shared*>(all)->client(); },
                                    .argument = &shared});
        if (near_task) {
            static_cast<void>(join(**near_task));
        } else {
            kill(*far_task);
        }
        static_cast<void>(join(*far_task));
        return near_task ? Result<>{} : kernel::fail(near_task.error());
    }

private:
    ScratchNamespace near_{"bench-near"};
    std::optional<ScratchNamespace> far_;
    bool ready_ = false;
};

} // namespace kernel::bench
