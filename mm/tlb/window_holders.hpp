// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "mm/tlb/cpu_mask.hpp"

namespace mm {

/// Which CPUs may use translations of one window, and how far behind each of them is.
///
/// The window has a generation, which moves on whenever entries of it were cleared. A CPU has *passed* a
/// generation when it forgot what it knew of the window after that: then it can use no entry that was
/// cleared before. Whoever needs entries gone asks which CPUs are behind a generation:
///
///     clear entries;  g = advance()               CPU:  enter(cpu);  start_at(cpu, generation())
///     behind(g): must be told, or waited for            load CR3
///
/// Either the CPU sees the new generation before it loads, or it is seen in the set. A CPU that leaves the
/// set keeps nothing that it will use: the next load forgets, or finds the generation it knows unchanged.
///
/// One for each domain number, for ever, so that a frame may name the window that it was taken from when
/// that is gone. Any context.
class WindowHolders {
public:
    // Ordering: sequentially consistent where nothing else is said. One side writes generation and reads the set, the
    // other writes the set and reads the generation.

    std::uint64_t generation() const { return generation_.load(); }
    /// Entries were cleared. The generation that CPUs have to pass before those are gone for good.
    std::uint64_t advance() { return generation_.fetch_add(1) + 1; }
    /// The same where the caller does not flush: the stale window is open since `since` (arch::cycles), and is
    /// measured when the last CPU has passed.
    std::uint64_t advance_unflushed(std::uint64_t since);

    /// Before the load of an address space with the window, and after the load of one without it.
    void enter(unsigned cpu) { cpus_.add(cpu); }
    void leave(unsigned cpu) {
        cpus_.remove(cpu);
        look_at_stale_window();
    }
    CpuMask cpus() const { return cpus_.load(); }

    /// A CPU that has just entered can use nothing that is older than `generation`. It closes no stale window:
    /// while the CPU was outside it kept none open.
    void start_at(unsigned cpu, std::uint64_t generation) {
        // Ordering: release. If the old value is seen instead, the CPU is told to forget what it does not have.
        passed_[cpu].store(generation, std::memory_order_release);
    }
    std::uint64_t passed(unsigned cpu) const { return passed_[cpu].load(); }
    void set_passed(unsigned cpu, std::uint64_t generation) {
        passed_[cpu].store(generation);
        look_at_stale_window();
    }

    /// Whether entries were cleared that a CPU may still use. For the moment.
    bool stale_window_open() const { return since_.load() != 0; }

    /// The CPUs that can still use entries cleared before `generation` was reached.
    CpuMask behind(std::uint64_t generation) const;

private:
    void look_at_stale_window() {
        if (since_.load() != 0) close_stale_window();
    }
    [[clang::preserve_most]] void close_stale_window();

    std::atomic<std::uint64_t> generation_ = 1;
    SharedCpuMask cpus_;
    std::array<std::atomic<std::uint64_t>, arch::max_cpus> passed_{};
    std::atomic<std::uint64_t> since_ =
        0; ///< arch::cycles() when the oldest entry was cleared that is not flushed; 0: none
};

/// A moment in a window's life: passed when no CPU can use what was cleared before it.
struct FlushTicket {
    WindowHolders* window = nullptr;
    std::uint64_t generation = 0;

    CpuMask behind() const { return window->behind(generation); }
    bool passed() const { return behind().empty(); }
};

} // namespace mm
