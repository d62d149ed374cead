// SPDX-License-Identifier: MIT
#include "mm/host_bench/machine.hpp"

#include <algorithm>
#include <format>

#include "kernel/base/assert.hpp"

namespace mm::host_bench {

Machine& Machine::instance() {
    // The machine boots on CPU 0, whoever it is that boots it: that one starts the others.
    const unsigned cpu = arch::cpu_id();
    arch::host::set_cpu(0);
    static Machine machine;
    arch::host::set_cpu(cpu);
    return machine;
}

Machine::Machine() : system_({.memory = memory_size}), cpus_(system_, cpus) {
    for (std::size_t i = 0; i < object_sizes.size(); ++i) {
        std::array<char, SlabCache::max_name> text;
        const auto end = std::format_to_n(text.data(), text.size(), "bench-{}", object_sizes[i]).out;
        const CacheSpec spec{.name = {text.data(), end}, .size = object_sizes[i]};
        const auto shared = memory().slabs().create_shared(spec);
        const auto exclusive = memory().slabs().create_exclusive(spec);
        if (!shared || !exclusive) kernel::panic("no caches to measure");
        shared_caches_[i] = *shared;
        exclusive_caches_[i] = *exclusive;
    }
    auto made = Domain::create(memory(), DomainKind::Net, "bench");
    if (!made) kernel::panic("no domain to measure in");
    domain_ = *std::move(made);
}

std::size_t Machine::index_of(std::size_t bytes) {
    return static_cast<std::size_t>(std::ranges::find(object_sizes, bytes) - object_sizes.begin());
}

OnCpu::OnCpu(unsigned cpu) { arch::host::set_cpu(cpu); }

} // namespace mm::host_bench
