// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/on_each_cpu.hpp"
#include "mm/memory.hpp"

namespace kernel {

/// Free frames, and those that the namespaces in use own: what tests compare before and after. The
/// owned ones, in use or idle, are counted in because `init` lives on meanwhile: its TCP/IP stack has
/// timers, and allocates. Page tables are counted in because they follow where pages happen to be: a window
/// has one for each 2 MiB that it has something in, a direct map that single pages leave for each that has a
/// hole. (The audit, after each test, finds tables that nothing leads to.) What dead tasks left is freed and
/// idle stock of the allocators returned first, on every CPU.
inline mm::PageCount frame_balance() {
    on_each_cpu([](void*) { memory().reclaim(); });
    mm::PageCount sum = memory().free_frames();
    namespaces().for_each([&](NetNamespace& ns) {
        const mm::DomainBooks books = ns.domain().books();
        sum = sum + books.owned + books.pooled;
    });
    for (const mm::Frame& frame : memory().frames().all())
        sum = sum + mm::PageCount{frame.state == mm::FrameState::PageTable ? 1u : 0u};
    // A CPU gets a magazine for a cache when it first uses it, and keeps it.
    memory().slabs().for_each([&](const mm::CacheStatistics& cache) {
        if (!cache.exclusive && cache.name == "magazine") sum = sum + cache.pages;
    });
    return sum;
}

} // namespace kernel
