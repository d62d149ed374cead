// SPDX-License-Identifier: MIT
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/system.hpp"

using namespace mm;
using kernel::Event;
using mm::testing::AsCpu;
using mm::testing::HostPlan;
using mm::testing::HostSystem;
using mm::testing::ManyCpus;

namespace {

/// A machine of several CPUs with a flush policy and two domains.
struct Machine {
    explicit Machine(Flush flush, unsigned count = 2)
        : system({.policies = {.flush = flush}}), cpus(system, count), red(make("red")), blue(make("blue")),
          red_space(space(*red)), blue_space(space(*blue)) {}
    ~Machine() {
        for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
            if (system.boot.tlb.online().contains(cpu)) load(cpu, system.spaces.kernel_space());
        }
    }

    DomainPtr make(const char* name) { return mm::testing::make_domain(system.memory, name); }
    AddressSpaceRef space(Domain& domain) {
        const std::array members{domain.space_member(nullptr)};
        return *system.spaces.get(members);
    }
    void load(unsigned cpu, AddressSpace& space) {
        const AsCpu there(cpu);
        system.spaces.load(space);
    }
    bool can_touch(unsigned cpu, Domain& domain, Pfn pfn) {
        const VirtAddr at{reinterpret_cast<std::uintptr_t>(domain.frame_ptr(pfn))};
        return system.machine.touch(cpu, at).has_value();
    }
    /// A block of red's that CPU 1, which runs red, has in its TLB.
    Pfn touched() { return touched(1, *red, *red_space); }
    /// A block of a domain's that a CPU, which runs it, has in its TLB.
    Pfn touched(unsigned cpu, Domain& domain, AddressSpace& space) {
        const Pfn pfn = *domain.alloc_block(order, Zero::No, FrameState::Exclusive);
        load(cpu, space);
        kernel::ensure(can_touch(cpu, domain, pfn), "the owner cannot touch its memory");
        return pfn;
    }
    /// Red frees it, and keeps nothing for itself.
    void give_back(Pfn pfn) { give_back(*red, pfn); }
    static void give_back(Domain& domain, Pfn pfn) {
        domain.free_block(pfn);
        domain.trim();
    }
    FrameState state(Pfn pfn) const { return system.boot.frames[pfn].state; }

    static constexpr Order order{1};
    HostSystem system;
    ManyCpus<HostSystem> cpus;
    DomainPtr red;
    DomainPtr blue;
    AddressSpaceRef red_space;
    AddressSpaceRef blue_space;
};

} // namespace

LACUNA_TEST("mm.quarantine", "sync: nothing waits, and nobody reaches a frame that was given back") {
    Machine machine(Flush::Sync);
    const Pfn pfn = machine.touched();
    const unsigned before = machine.cpus.remote.requests;
    machine.give_back(pfn);
    CHECK(machine.system.memory.quarantine().waiting() == PageCount{});
    CHECK(machine.cpus.remote.requests == before + 1);
    CHECK_FALSE(machine.can_touch(1, *machine.red, pfn));
}

LACUNA_TEST("mm.quarantine", "batch and deferred: what a CPU may still reach waits, and is nobody's") {
    for (const Flush flush : {Flush::Batch, Flush::Deferred}) {
        Machine machine(flush);
        const Pfn pfn = machine.touched();
        const unsigned before = machine.cpus.remote.requests;
        machine.give_back(pfn);
        CHECK(machine.state(pfn) == FrameState::Quarantined);
        CHECK(machine.system.memory.quarantine().waiting() == Machine::order.pages());
        CHECK(machine.cpus.remote.requests == before);
        CHECK(machine.can_touch(1, *machine.red, pfn)); // the stale window, and zeros in it
        CHECK(machine.system.is_zero(pfn));

        machine.system.memory.quarantine().settle();
        CHECK(machine.cpus.remote.requests == before + 1);
        CHECK(machine.state(pfn) != FrameState::Quarantined);
        CHECK_FALSE(machine.can_touch(1, *machine.red, pfn));
    }
}

LACUNA_TEST("mm.quarantine", "a CPU that forgot by itself is not interrupted") {
    for (const bool by_tick : {false, true}) {
        Machine machine(Flush::Deferred);
        const Pfn pfn = machine.touched();
        machine.give_back(pfn);
        const unsigned before = machine.cpus.remote.requests;
        machine.system.memory.quarantine().sweep();
        CHECK(machine.state(pfn) == FrameState::Quarantined);
        {
            const AsCpu there(1);
            if (by_tick) {
                machine.system.spaces.catch_up();
            } else {
                machine.system.spaces.load(*machine.blue_space);
            }
        }
        machine.system.memory.quarantine().sweep();
        CHECK(machine.state(pfn) != FrameState::Quarantined);
        CHECK(machine.cpus.remote.requests == before);
        CHECK_FALSE(machine.can_touch(1, *machine.red, pfn));
    }
}

LACUNA_TEST("mm.quarantine", "what comes in later waits for its own flush") {
    Machine machine(Flush::Deferred);
    const Pfn first = machine.touched();
    machine.give_back(first);
    {
        const AsCpu there(1);
        machine.system.spaces.catch_up();
    }
    const Pfn second = machine.touched();
    machine.give_back(second);
    machine.system.memory.quarantine().sweep();
    CHECK(machine.state(second) == FrameState::Quarantined);
    CHECK(machine.can_touch(1, *machine.red, second));
    machine.system.memory.quarantine().settle();
    CHECK(machine.state(first) != FrameState::Quarantined);
    CHECK(machine.state(second) != FrameState::Quarantined);
    CHECK_FALSE(machine.can_touch(1, *machine.red, second));
}

LACUNA_TEST("mm.quarantine", "what waits for one window does not go with another's") {
    Machine machine(Flush::Deferred, 3);
    const Pfn reds = machine.touched();
    const Pfn blues = machine.touched(2, *machine.blue, *machine.blue_space);
    REQUIRE(machine.can_touch(2, *machine.blue, blues));
    machine.give_back(reds);
    Machine::give_back(*machine.blue, blues);
    {
        const AsCpu there(1);
        machine.system.spaces.catch_up();
    }
    machine.system.memory.quarantine().sweep();
    CHECK(machine.state(reds) != FrameState::Quarantined);
    CHECK(machine.state(blues) == FrameState::Quarantined);
    CHECK(machine.can_touch(2, *machine.blue, blues));
    machine.load(2, *machine.red_space);
    machine.system.memory.quarantine().sweep();
    CHECK(machine.state(blues) != FrameState::Quarantined);
}

LACUNA_TEST("mm.quarantine", "what waits for several windows goes when the CPUs of all have forgotten it") {
    Machine machine(Flush::Deferred, 3);
    const Pfn reds = machine.touched();
    const Pfn blues = machine.touched(2, *machine.blue, *machine.blue_space);
    REQUIRE(machine.can_touch(2, *machine.blue, blues));
    machine.give_back(reds);
    Machine::give_back(*machine.blue, blues);
    machine.system.memory.quarantine().settle();
    CHECK(machine.system.memory.quarantine().waiting() == PageCount{});
    CHECK_FALSE(machine.can_touch(1, *machine.red, reds));
    CHECK_FALSE(machine.can_touch(2, *machine.blue, blues));
}

LACUNA_TEST("mm.quarantine", "a freed frame has no new owner while a CPU can reach it") {
    for (const Flush flush : {Flush::Batch, Flush::Deferred, Flush::Sync}) {
        Machine machine(flush);
        const Pfn pfn = machine.touched();
        machine.give_back(pfn);
        // All there is, one by one: sooner or later the same frames.
        std::vector<Pfn> taken;
        unsigned reached = 0;
        while (const auto next = machine.blue->alloc_block(Machine::order, Zero::No, FrameState::Exclusive)) {
            taken.push_back(*next);
            if (*next == pfn) reached += machine.can_touch(1, *machine.red, pfn) ? 1 : 0;
        }
        CHECK(reached == 0);
        CHECK(machine.system.boot.frames[pfn].owner == machine.blue->id());
        for (const Pfn each : taken) machine.blue->free_block(each);
    }
}

LACUNA_TEST("mm.quarantine", "a packet is taken over when its sender cannot reach it") {
    for (const Flush flush : {Flush::Batch, Flush::Deferred, Flush::Sync}) {
        for (const bool adopted : {false, true}) {
            Machine machine(flush);
            const Pfn pfn = *machine.red->alloc_block(order_4k, Zero::No, FrameState::Exclusive);
            machine.load(1, *machine.red_space);
            REQUIRE(machine.can_touch(1, *machine.red, pfn));
            REQUIRE(machine.red->disown(pfn, TransitTag{7}).has_value());
            CHECK(machine.can_touch(1, *machine.red, pfn) == (flush != Flush::Sync));
            if (adopted) {
                REQUIRE(machine.blue->adopt(pfn, TransitTag{7}).has_value());
            } else {
                REQUIRE(machine.system.memory.reclaim_in_transit(pfn, TransitTag{7}).has_value());
            }
            CHECK_FALSE(machine.can_touch(1, *machine.red, pfn));
        }
    }
}

LACUNA_TEST("mm.quarantine", "several packets of one sender cost one request") {
    Machine machine(Flush::Batch);
    std::vector<Pfn> packets;
    machine.load(1, *machine.red_space);
    for (int i = 0; i < 10; ++i) {
        packets.push_back(*machine.red->alloc_block(order_4k, Zero::No, FrameState::Exclusive));
        REQUIRE(machine.can_touch(1, *machine.red, packets.back()));
    }
    for (const Pfn pfn : packets) REQUIRE(machine.red->disown(pfn, TransitTag{7}).has_value());
    const unsigned before = machine.cpus.remote.requests;
    for (const Pfn pfn : packets) REQUIRE(machine.blue->adopt(pfn, TransitTag{7}).has_value());
    CHECK(machine.cpus.remote.requests == before + 1);
    machine.load(1, *machine.blue_space); // the sender left
    for (const Pfn pfn : packets) REQUIRE(machine.blue->disown(pfn, TransitTag{8}).has_value());
    machine.load(1, *machine.red_space);
    for (const Pfn pfn : packets) REQUIRE(machine.red->adopt(pfn, TransitTag{8}).has_value());
    CHECK(machine.cpus.remote.requests == before + 1); // the load was flush enough
}

LACUNA_TEST("mm.quarantine", "a domain may end while its frames wait") {
    Machine machine(Flush::Deferred);
    const Pfn pfn = machine.touched();
    machine.give_back(pfn);
    CHECK(machine.state(pfn) == FrameState::Quarantined);
    machine.load(1, machine.system.spaces.kernel_space());
    machine.red_space = {};
    machine.red.reset();
    machine.system.memory.quarantine().sweep();
    CHECK(machine.state(pfn) != FrameState::Quarantined);
    machine.red = machine.make("heir");
}

LACUNA_TEST("mm.quarantine", "eight CPUs hear of fewer than one flush in a hundred pages") {
    Machine machine(Flush::Batch, 8);
    for (unsigned cpu = 0; cpu < 8; ++cpu) machine.load(cpu, *machine.red_space);
    constexpr unsigned rounds = 64;
    std::vector<Pfn> blocks;
    std::uint64_t pages = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (int i = 0; i < 64; ++i) {
            blocks.push_back(*machine.red->alloc_block(Machine::order, Zero::No, FrameState::Exclusive));
        }
        pages += 64 * Machine::order.pages().raw();
        for (const Pfn block : blocks) machine.red->free_block(block);
        blocks.clear();
    }
    CHECK(machine.cpus.remote.sent * 100 < pages);
}
