// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/base/result.hpp"
#include "kernel/ns/namespace_image.hpp"
#include "kernel/ns/net_device.hpp"
#include "kernel/sync/mutex.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "kernel/sync/wait_queue.hpp"
#include "mm/domain/domain.hpp"
#include "mm/tables/address_space.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace net {
class Stack;
}

namespace kernel {

/// A network namespace: a domain, the address space that its tasks run on, and a TCP/IP stack in
/// the domain's memory. The object itself is shared memory, as are the domain's and the address
/// space's.
///
///     Starting -> Alive -> Stopping -> Closed
///                   |          |          '- no new tasks; the last are killed and joined, the
///                   frames freed |          '- not found by name any more; its stack winds down,
///                   with its own tasks
///                   '- in use
///
/// The object outlives the namespace for as long as somebody holds a NamespaceRef.
class NetNamespace {
public:
    static constexpr size_t name_size = 16;
    /// A name, filled up with zeros: two words to compare, which is done with all there are when one is made.
    using Name = std::array<char, name_size>;
    enum class State : uint8_t { Starting, Alive, Stopping, Closed };

    NetNamespace(std::string_view name, uint32_t id);
    NetNamespace(const NetNamespace&) = delete;
    NetNamespace& operator=(const NetNamespace&) = delete;

    /// A longer name is cut, with room left for a zero.
    [[nodiscard]] static Name padded(std::string_view name) {
        Name padded{};
        std::copy_n(name.begin(), std::min(name.size(), name_size - 1), padded.begin());
        return padded;
    }
    [[nodiscard]] std::string_view name() const { return name_.data(); }
    [[nodiscard]] bool is_called(const Name& name) const {
        return std::bit_cast<unsigned __int128>(name_) == std::bit_cast<unsigned __int128>(name); // not by memcmp
    }
    /// Counted from 1 in the order of creation, never used again.
    [[nodiscard]] uint32_t id() const { return id_; }
    [[nodiscard]] State state() const { return tasks_.unlocked().state; }
    /// Its tasks, dead ones that are not reaped included.
    [[nodiscard]] uint32_t task_count() const { return tasks_.unlocked().count; }

    /// Preconditions: not Closed.
    [[nodiscard]] mm::Domain& domain() const { return *domain_; }
    [[nodiscard]] mm::AddressSpace& address_space() const { return *space_; }

    /// What it brings into an address space. Precondition: not Closed.
    [[nodiscard]] mm::SpaceMember space_member() const {
        return domain_->space_member(image_ ? image_->map() : nullptr);
    }

    /// The stack object of net/stack (shared memory); null before StackHooks::create() sets it.
    [[nodiscard]] net::Stack* stack() const { return stack_; }
    void set_stack(net::Stack* stack) { stack_ = stack; }

    /// The network devices inside, in the order of their creation. Hold `devices_mutex` for any
    /// access.
    Mutex devices_mutex{"namespace devices"};
    IntrusiveList<NetDevice, &NetDevice::namespace_hook> devices LACUNA_GUARDED_BY(devices_mutex);

    // --- for kernel/sched
    // -----------------------------------------------------------------------------

    /// Counts a task that is about to be. Error: Closed. Thread context.
    Result<> admit_task();
    /// A task has been reaped, or will not be after all.
    void task_left();

    ListHook<NetNamespace> registry_hook;

private:
    friend class NamespaceRegistry;
    friend void retain(NetNamespace& ns);
    friend void release(NetNamespace& ns);

    struct Tasks {
        State state = State::Starting;
        uint32_t count = 0;
    };

    /// Takes what a namespace lives in. Errors: those of Domain::create.
    Result<> furnish(mm::Memory& memory, mm::AddressSpaceCache& spaces);
    /// The reverse. Precondition: Closed, no tasks.
    void clear();
    void set_state(State state);
    /// Kills all tasks until none is left. Precondition: Closed; the caller is outside.
    void end_tasks();

    const Name name_;
    uint32_t id_;
    std::atomic<uint32_t> references_{0};
    SpinLocked<Tasks, Rank::Namespaces> tasks_;
    WaitQueue emptied_;
    mm::DomainPtr domain_;
    std::optional<NamespaceImage> image_;
    mm::AddressSpaceRef space_;
    net::Stack* stack_ = nullptr;
    Result<> start_result_{};
};

} // namespace kernel
