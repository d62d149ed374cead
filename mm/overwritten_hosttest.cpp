// SPDX-License-Identifier: MIT
// Somebody writes to shared memory that he has no business with. It is named where it is noticed, before a frame has two
// owners.
#include <array>
#include <string>

#include "kernel/test/panic_of.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/many_cpus.hpp"

using namespace mm;
using mm::testing::AsCpu;
using mm::testing::HostPlan;
using mm::testing::HostSystem;
using mm::testing::make_domain;
using mm::testing::ManyCpus;

namespace {

/// A machine with two domains, of numbers 1 and 2; red has a page.
struct Two {
    explicit Two(const HostPlan& plan = {})
        : system(plan), red(make_domain(system.memory, "red")), blue(make_domain(system.memory, "blue")),
          reds(page(*red)) {}
    Frame& frame(Pfn pfn) const { return system.boot.frames[pfn]; }
    static Pfn page(Domain& of) { return *of.alloc_block(order_4k, Zero::No, FrameState::Exclusive); }
    Pfn free_block(Order order) {
        const Pfn block = *system.frames.take(order, FrameState::Shared);
        system.frames.give(block, order);
        return block;
    }

    /// The first of several free blocks on one list of the buddy's.
    Frame& listed() {
        for (Frame& frame : system.boot.frames.all())
            if ((frame.flags & frame_flag::in_buddy) != 0 && frame.next != no_frame && frame.previous == no_frame)
                return frame;
        kernel::panic("no list of the buddy's has two blocks");
    }

    HostSystem system;
    DomainPtr red;
    DomainPtr blue;
    Pfn reds;
};

/// What the panic says in which `attack`, on a machine of its own, ends.
template <class Attack>
std::string panic_after(Attack&& attack, const HostPlan& plan = {}) {
    return kernel::test::panic_of([&] {
        Two two(plan);
        attack(two);
    });
}

bool says(const std::string& what, std::string_view words) { return what.find(words) != std::string::npos; }

} // namespace

LACUNA_TEST("mm.overwritten", "nothing is found where nothing was overwritten") {
    CHECK(panic_after([](Two& two) {
              two.free_block(Order{5});
              two.red->free_block(two.reds);
          }).empty());
}

LACUNA_TEST("mm.overwritten", "a frame that is somebody's is not free, whatever list it is on") {
    // On a CPU's list: its entry in the frame table is overwritten.
    CHECK(says(panic_after([](Two& two) {
                   two.frame(two.free_block(order_4k)).assign(FrameState::Exclusive, two.red->id());
                   static_cast<void>(two.system.frames.take(order_4k, FrameState::Shared));
               }),
               "on a CPU's list of free frames: exclusive of domain 1 where free of domain 0 should be"));
    // In the buddy's lists: a link leads to a frame of red's, or to none.
    CHECK(says(panic_after([](Two& two) {
                   Frame& first = two.listed();
                   first.next = two.reds.raw();
                   static_cast<void>(two.system.frames.take(Order{first.order}, FrameState::Shared));
               }),
               "on the buddy's lists: exclusive of domain 1 where free of domain 0 should be"));
    CHECK(says(panic_after([](Two& two) {
                   Frame& first = two.listed();
                   first.next = 0x7fff'ffff;
                   static_cast<void>(two.system.frames.take(Order{first.order}, FrameState::Shared));
               }),
               "frame 0x7fffffff on the buddy's lists: there is no such frame"));
    // A free block whose second half is somebody's.
    CHECK(says(panic_after([](Two& two) {
                   const Pfn block = two.free_block(Order{5});
                   two.frame(block + PageCount{31}).assign(FrameState::Stack, two.blue->id());
                   static_cast<void>(two.system.frames.take(Order{5}, FrameState::Shared));
               }),
               "on the buddy's lists: stack of domain 2 where free of domain 0 should be"));
}

LACUNA_TEST("mm.overwritten", "a detached page that is said to be free and is somebody's is not given away") {
    for (const Order order : {Order{0}, Order{3}}) {
        CHECK(says(panic_after([order](Two& two) {
                       ExclusiveFrames& pool = two.system.memory.exclusive_frames();
                       const Pfn first = *pool.take(order);
                       pool.give(first, order);
                       two.frame(first + PageCount{order.pages().raw() - 1}).assign(FrameState::SlabExclusive, two.red->id());
                       for (int i = 0; i < 600; ++i) static_cast<void>(*pool.take(order));
                   }),
                   "on the map of detached pages: slab-exclusive of domain 1 where free-detached of domain 0 should be"));
    }
    CHECK(says(panic_after([](Two& two) {
                   std::array<PageRun, 8> runs;
                   ExclusiveFrames& pool = two.system.memory.exclusive_frames();
                   const Pfn first = *pool.take(order_4k);
                   pool.give(first, order_4k);
                   two.frame(first).assign(FrameState::Image, two.blue->id());
                   for (int i = 0; i < 600; ++i) static_cast<void>(*pool.take_runs(runs, 64));
               }),
               "on the map of detached pages: image of domain 2 where free-detached of domain 0 should be"));
}

LACUNA_TEST("mm.overwritten", "a domain takes and gives away its own frames only") {
    CHECK(says(panic_after([](Two& two) {
                   const Pfn idle = two.page(*two.red);
                   two.red->free_block(idle);
                   two.frame(idle).assign(FrameState::Exclusive, two.blue->id());
                   static_cast<void>(two.page(*two.red));
               }),
               "on a domain's list of idle pages: exclusive of domain 2 where exclusive of domain 1 should be"));
    CHECK(says(panic_after([](Two& two) {
                   const Pfn block = *two.red->alloc_block(Order{2}, Zero::No, FrameState::Exclusive);
                   two.red->free_block(block);
                   two.frame(block + PageCount{2}).assign(FrameState::HeapExclusive, two.blue->id());
                   static_cast<void>(two.red->alloc_block(Order{2}, Zero::No, FrameState::Exclusive));
               }),
               "on a domain's idle blocks: heap-exclusive of domain 2 where exclusive of domain 1 should be"));
    // A block that is said to be longer than it is: what lies behind it is somebody else's.
    CHECK(says(panic_after([](Two& two) {
                   const Pfn block = *two.red->alloc_block(Order{1}, Zero::No, FrameState::Stack);
                   two.frame(block).order = 3;
                   two.red->free_block(block);
               }),
               "on its way out of a domain"));
    CHECK(says(panic_after([](Two& two) {
                   two.frame(two.reds).assign(FrameState::Exclusive, two.blue->id());
                   two.red->free_block(two.reds);
               }),
               "freed what is no block of this domain's"));
}

LACUNA_TEST("mm.overwritten", "what waits in quarantine is what was put there") {
    CHECK(says(panic_after(
                   [](Two& two) {
                       const ManyCpus<HostSystem> cpus(two.system, 2);
                       const std::array members{two.red->space_member(nullptr)};
                       auto space = *two.system.spaces.get(members);
                       {
                           const AsCpu there(1);
                           two.system.spaces.load(*space);
                       }
                       const Pfn block = *two.red->alloc_block(Order{1}, Zero::No, FrameState::Stack);
                       two.red->free_block(block);
                       kernel::ensure(two.frame(block).state == FrameState::Quarantined, "it does not wait");
                       two.frame(block).next = two.reds.raw();
                       two.system.memory.quarantine().settle();
                   },
                   {.policies = {.flush = Flush::Deferred}}),
               "on the quarantine's lots: exclusive of domain 1 where quarantined of domain 0 should be"));
}

LACUNA_TEST("mm.overwritten", "a page table that is another frame by now is not used as one") {
    CHECK(says(panic_after([](Two& two) {
                   TableReservation spare(two.system.boot.frames, two.system.tables);
                   static_cast<void>(spare.grow_to(PageCount{2}));
                   for (Frame& frame : two.system.boot.frames.all())
                       if (frame.state == FrameState::PageTable) frame.next = two.reds.raw();
                   for (int i = 0; i < 2; ++i) static_cast<void>(spare.take());
               }),
               "on a reservation of page tables: exclusive of domain 1 where page-table of domain 0 should be"));
}
