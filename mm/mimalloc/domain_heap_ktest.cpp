// SPDX-License-Identifier: MIT
// What only the booted kernel can say of a domain's heap: whether loads fault, and what tasks on several CPUs do.
#include <array>
#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/mimalloc/domain_heap.hpp"
#include "mm/testing/reads_secret.hpp"
#include "mm/testing/system.hpp"

#include <arch/probe.hpp>

namespace {

using mm::Domain;
using mm::DomainHeap;
using mm::DomainKind;
using mm::testing::Inside;
using mm::testing::reads_secret;
using mm::testing::secret;
using mm::testing::System;

LACUNA_TEST("mm.mimalloc", "hardware: what a heap gives is readable by its owner alone") {
    if (!mm::detaches(kernel::memory().placements().scheme)) SKIP("nothing is isolated with isolation=none");
    System system;
    const auto red = Domain::create(system.memory(), DomainKind::Net, "red");
    const auto blue = Domain::create(system.memory(), DomainKind::Net, "blue");
    REQUIRE(red.has_value());
    REQUIRE(blue.has_value());
    DomainHeap reds;
    DomainHeap blues;
    for (const std::size_t bytes : {16u, 200u, 4096u}) {
        kernel::Result<void*> block = kernel::fail(kernel::Error::Busy);
        {
            const Inside inside(system.spaces(), **red);
            block = reds.alloc(**red, bytes);
            REQUIRE(block.has_value());
            std::memcpy(*block, &secret, sizeof secret);
            CHECK(reads_secret(*block));
        }
        CHECK_FALSE(reads_secret(*block));
        const Inside inside(system.spaces(), **blue);
        REQUIRE(blues.alloc(**blue, bytes).has_value()); // so that blue has a heap as well
        CHECK_FALSE(reads_secret(*block));
    }
}

/// Tasks of one namespace that leave blocks of its heap for each other, so that what one CPU takes another frees. The
/// first byte of a block says that it is one. In shared memory: it is on the stack of a task outside all namespaces.
struct Trade {
    Domain& domain;
    DomainHeap heap{};
    std::array<std::atomic<void*>, 64> slots{};
    std::atomic<unsigned> failures{0};

    void drop(void* block) {
        if (block == nullptr) return;
        if (std::exchange(*static_cast<std::byte*>(block), std::byte{}) != std::byte{0x5a}) ++failures;
        heap.free(domain, block);
    }
};

void trade(void* argument) {
    auto& self = *static_cast<Trade*>(argument);
    mm::testing::Random random(1 + kernel::current().id());
    for (unsigned i = 0; i < 20'000; ++i) {
        const std::uint64_t r = random.next();
        const auto block = self.heap.alloc(self.domain, std::size_t{16} << (r >> 33) % 9); // to 4096 bytes
        if (!block) {
            ++self.failures;
            continue;
        }
        *static_cast<std::byte*>(*block) = std::byte{0x5a};
        self.drop(self.slots[(r >> 50) % self.slots.size()].exchange(*block));
    }
}

void clear(void* argument) {
    auto& self = *static_cast<Trade*>(argument);
    for (auto& slot : self.slots) self.drop(slot.exchange(nullptr));
}

unsigned failures_of_trade_on_all_cpus() {
    kernel::ScratchNamespace ns("trade");
    if (!ns) return ~0u;
    Trade shared{.domain = ns->domain()};
    std::vector<kernel::TaskRef> tasks;
    for (unsigned cpu = 0; cpu < kernel::smp::online_count(); ++cpu) {
        auto task = kernel::spawn_process(&*ns, {.name = "trade", .function = &trade, .argument = &shared, .cpu = cpu});
        if (task) tasks.push_back(std::move(*task));
    }
    if (tasks.size() != kernel::smp::online_count()) ++shared.failures;
    for (kernel::TaskRef& task : tasks) {
        if (kernel::join(*task) != kernel::ExitReason::Returned) ++shared.failures;
    }
    if (!kernel::run_in(*ns, "clear", &clear, &shared)) ++shared.failures;
    if (!ns.remove()) ++shared.failures;
    return shared.failures;
}

LACUNA_TEST("mm.mimalloc", "tasks of a namespace use its heap on all CPUs, and its end takes all of it") {
    CHECK(failures_of_trade_on_all_cpus() == 0); // the first round fills caches that stay
    const mm::PageCount before = kernel::frame_balance();
    CHECK(failures_of_trade_on_all_cpus() == 0);
    CHECK(kernel::frame_balance().raw() >= before.raw());
}

} // namespace
