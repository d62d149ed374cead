// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "mm/domain/domain.hpp"
#include "mm/slab.hpp"
#include "mm/testing/host_cpus.hpp"

namespace mm::host_bench {

/// The machine whose allocators are measured: arch/host with several CPUs, one domain that all of them run in, and the
/// caches of each object size. One in a process.
class Machine {
public:
    static constexpr unsigned cpus = 4;
    static constexpr PageCount memory_size{(std::uint64_t{512} << 20) / page_size};

    static constexpr std::array<std::size_t, 4> object_sizes{64, 256, 1024, 2048};

    /// Made at the first call, by any thread.
    static Machine& instance();

    Memory& memory() { return system_.memory; }
    AddressSpaceCache& spaces() { return system_.spaces; }
    Domain& domain() { return *domain_; }

    /// The caches for objects of `bytes`. Precondition: it is one of object_sizes.
    SharedCache& shared_cache(std::size_t bytes) { return *shared_caches_[index_of(bytes)]; }
    ExclusiveCache exclusive_cache(std::size_t bytes) { return exclusive_caches_[index_of(bytes)]; }

private:
    Machine();
    static std::size_t index_of(std::size_t bytes);

    testing::HostSystem system_;
    testing::HostCpus cpus_;
    std::array<SharedCache*, object_sizes.size()> shared_caches_{};
    std::array<ExclusiveCache, object_sizes.size()> exclusive_caches_{};
    DomainPtr domain_;
};

/// Makes the calling thread CPU `cpu` of the machine.
class [[nodiscard]] OnCpu {
public:
    explicit OnCpu(unsigned cpu);
};

} // namespace mm::host_bench
