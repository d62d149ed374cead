// SPDX-License-Identifier: MIT
#include "kernel/diag/fault_report.hpp"

#include "kernel/base/console.hpp"
#include "kernel/diag/fault_subject.hpp"
#include "kernel/diag/report.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

namespace kernel::diag {
namespace {

void print_region(const FaultSubject& subject) {
    if (subject.region == Region::Window && memory().placements().scheme == mm::Scheme::Keyed) {
        print("  where: the window that all domains share, each under a protection key of its own");
    } else if (subject.region == Region::Window) {
        print("  where: the window of {} domains", name(subject.kind));
    } else {
        print("  where: {}", name(subject.region));
    }
    if (subject.physical) print(", physical {:#x}", subject.physical->raw());
    write("\n");
}

void print_owner(mm::DomainId owner, mm::FrameState state) {
    if (owner.is_shared()) {
        print("  owner: none; the page is {}\n", name(state));
        return;
    }
    const auto domain = memory().domains().find(owner);
    if (!domain) {
        print("  owner: domain {}, which has ended; the page is {}\n", owner.raw(), name(state));
        return;
    }
    const bool is_namespace = (*domain)->kind() == mm::DomainKind::Net;
    print("  owner: {} {}; the page is {}\n", is_namespace ? "namespace" : "domain", (*domain)->name(), name(state));
}

void print_heap(mm::VirtAddr address, const mm::FrameTable& frames, mm::Pfn pfn) {
    // As the frame table tells: which object it is, only mimalloc knows, in memory that is the owner's.
    const mm::Pfn block = mm::DomainHeap::block_around(frames, pfn);
    print("  cache: the owner's mimalloc heap; the address is +{} from the start of a block of {} KiB\n",
          (pfn - block).bytes() + address.raw() % mm::page_size, mm::Order{frames[block].order}.bytes() / 1024);
}

void print_object(mm::VirtAddr address) {
    // The slab registry goes by the frame table; the memory concerned is not touched.
    const auto* const pointer = reinterpret_cast<const void*>(address.raw()); // NOLINT
    const auto object = memory().slabs().find(pointer);
    if (!object) return;
    print("  object: {} at {:#x}, {} bytes; the address is {:+} from its start\n", object->cache, object->object,
          object->size, object->offset);
}

} // namespace

std::string_view name(Access access) {
    switch (access) {
    case Access::Read:
        return "read";
    case Access::Write:
        return "write";
    case Access::Execute:
        return "execution";
    }
    return "access";
}

std::string_view name(Cause cause) {
    switch (cause) {
    case Cause::NotMapped:
        return "not mapped here";
    case Cause::Rights:
        return "mapped, but not for that";
    case Cause::Key:
        return "under another domain's protection key";
    }
    return "refused";
}

void report_fault(Access access, mm::VirtAddr address, Cause cause) {
    write("fault: ");
    print_current_task();
    print(": {} of {:#x}, which is {}\n", name(access), address.raw(), name(cause));
    const FaultSubject subject = subject_of(address);
    print_region(subject);
    if (!subject.physical) return;
    const mm::FrameTable frames = memory().frames();
    const mm::Pfn pfn = mm::Pfn::of(*subject.physical);
    if (!frames.contains(pfn)) {
        write("  owner: none; beyond the end of RAM\n");
        return;
    }
    print_owner(frames[pfn].owner, frames[pfn].state);
    if (frames[pfn].state == mm::FrameState::HeapExclusive) return print_heap(address, frames, pfn);
    print_object(address);
}

} // namespace kernel::diag
