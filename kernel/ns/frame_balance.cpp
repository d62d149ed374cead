// SPDX-License-Identifier: MIT
#include "kernel/ns/frame_balance.hpp"

#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/on_each_cpu.hpp"
#include "kernel/sched/sched.hpp"
#include "mm/memory.hpp"

namespace kernel {

namespace {

constexpr Duration patience = seconds(2);

bool is_wire_of_a_device(mm::TransitTag tag) {
    bool found = false;
    namespaces().for_each([&](NetNamespace& ns) {
        const MutexGuard guard(ns.devices_mutex);
        for (const NetDevice& device : ns.devices) found = found || device.wire_tag() == tag;
    });
    return found;
}

mm::PageCount count_frames() {
    mm::PageCount sum = memory().free_frames();
    namespaces().for_each([&](NetNamespace& ns) {
        const mm::DomainBooks books = ns.domain().books();
        sum = sum + books.owned + books.pooled;
    });
    for (const mm::Frame& frame : memory().frames().all()) {
        if (frame.state == mm::FrameState::PageTable) sum = sum + mm::PageCount{1};
        const mm::TransitTag tag = frame.transit.tag;
        if (frame.is_on_wire(tag) && is_wire_of_a_device(tag)) sum = sum + mm::Order{frame.order}.pages();
    }
    // A CPU gets a magazine for a cache when it first uses it, and keeps it.
    memory().slabs().for_each([&](const mm::CacheStatistics& cache) {
        if (!cache.exclusive && cache.name == "magazine") sum = sum + cache.pages;
    });
    return sum;
}

} // namespace

mm::PageCount frame_balance() {
    on_each_cpu([](void*) { memory().reclaim(); });
    const Instant end = Instant::now() + patience;
    mm::PageCount last = count_frames();
    for (;;) {
        const mm::PageCount now = count_frames();
        if (now == last || Instant::now() >= end) return now;
        last = now;
        static_cast<void>(sleep_for(milliseconds(1)));
    }
}

} // namespace kernel
