// SPDX-License-Identifier: MIT
#pragma once

#include <arch/counters.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/base/events.hpp"
#include "kernel/base/intrusive_list.hpp"

namespace kernel {

/// The event counters of one domain: a set for each CPU, in shared memory. While an address space with
/// the domain is loaded, that CPU counts here. What the counters held when the account closes stays in
/// the system's totals.
class EventAccount {
public:
    /// What open() needs for CPUs 0 .. cpus - 1, in bytes.
    static constexpr std::size_t bytes_for(unsigned cpus) { return cpus * arch::counter_stride; }

    EventAccount() = default;
    ~EventAccount() { close(); }
    EventAccount(const EventAccount&) = delete;
    EventAccount& operator=(const EventAccount&) = delete;

    /// Takes the storage, aligned to 8, into use; it stays the caller's, to be freed after close().
    /// No CPU with a higher number may ever count here. Thread context.
    void open(std::span<std::byte> storage);
    /// Ends it; no effect if it is not open. Precondition: no CPU counts here any more. Thread context.
    void close();

    /// What select_counter_set() takes so that a CPU counts here; the kernel's own set while it is not
    /// open.
    std::uint64_t counter_set() const { return counter_set_; }

    /// Since the last reset, all CPUs together, or one.
    EventSnapshot snapshot() const;
    EventSnapshot snapshot(unsigned cpu) const;

private:
    friend class EventLedger;

    std::span<std::byte> storage_{};
    std::uint64_t counter_set_ = 0;
    ListHook<EventAccount> hook_;
};

/// What is counted outside all domains, and what the domains that have ended counted: together with
/// the accounts, everything. Since the last reset. Thread context.
EventSnapshot snapshot_kernel_events();
EventSnapshot snapshot_ended_events();

} // namespace kernel
