// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/net_device.hpp"
#include "kernel/sync/mutex.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace mm {
class AddressSpace;
class Domain;
}

namespace net {
class Stack;
}

namespace kernel {

/// A network namespace: a domain, the address space that its tasks run on, and a TCP/IP stack in the
/// domain's memory. The object itself is shared memory, as are the domain's and the address space's.
///
///     create() -> Alive -> (remove) Dying: no new tasks; threads end, wires go, tasks are killed and
///     joined, the domain gives its frames back zeroed -> the object goes with the last reference
class NetNamespace {
public:
    static constexpr size_t name_size = 16;
    enum class State : uint8_t { Alive, Dying };

    [[nodiscard]] std::string_view name() const { return name_.data(); }
    [[nodiscard]] uint32_t id() const { return id_; }
    [[nodiscard]] State state() const { return state_.load(std::memory_order_acquire); }
    [[nodiscard]] mm::Domain& domain() const { return *domain_; }
    [[nodiscard]] mm::AddressSpace& address_space() const { return *space_; }

    /// The stack object of net/stack (shared memory); null before StackHooks::create() sets it.
    [[nodiscard]] net::Stack* stack() const { return stack_; }
    void set_stack(net::Stack* stack) { stack_ = stack; }

    /// The network devices inside, in the order of their creation. Hold `devices_mutex` to walk or change.
    Mutex devices_mutex{"namespace devices"};
    IntrusiveList<NetDevice, &NetDevice::namespace_hook> devices;

    ListHook<NetNamespace> registry_hook;

private:
    friend class NamespaceRegistry;
    friend class NamespaceRef;

    std::array<char, name_size> name_{};
    uint32_t id_ = 0;
    std::atomic<State> state_{State::Alive};
    std::atomic<uint32_t> references_{0};
    mm::Domain* domain_ = nullptr;
    mm::AddressSpace* space_ = nullptr;
    net::Stack* stack_ = nullptr;
};

} // namespace kernel
