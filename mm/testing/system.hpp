// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "mm/memory.hpp"
#include "mm/tables/address_space_cache.hpp"

namespace mm::testing {

/// The system that a test of both worlds runs on: on the host a machine of 64 MiB made for the
/// test, in the kernel the booted one. A test must therefore compare figures with what it found at
/// its start.
class System {
public:
    System();
    ~System();

    Memory& memory();
    AddressSpaceCache& spaces();

private:
    class Machine;
    std::unique_ptr<Machine> machine_;
};

/// Runs a scope inside a domain, as its tasks do.
class [[nodiscard]] Inside {
public:
    Inside(AddressSpaceCache& spaces, Domain& domain);

private:
    AddressSpaceRef space_;
    AddressSpaceScope scope_;
};

/// Whether memory is as free after `use` as it was before. In the booted kernel other tasks
/// allocate as well, so it takes the best of a few tries; a leak shows in each.
template <class Use>
bool gives_all_back(Memory& memory, Use&& use) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        memory.reclaim();
        const PageCount before = memory.free_frames();
        use();
        memory.reclaim();
        if (memory.free_frames() == before) return true;
    }
    return false;
}

/// Pseudo-random numbers that are the same in every run: xorshift64 (Marsaglia, 2003).
class Random {
public:
    explicit constexpr Random(std::uint64_t seed = 0x9e3779b97f4a7c15) : state_(seed) {}
    constexpr std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    /// 0 .. bound - 1.
    constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }

private:
    std::uint64_t state_;
};

} // namespace mm::testing
