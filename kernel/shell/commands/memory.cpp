// SPDX-License-Identifier: MIT
#include "mm/memory.hpp"
#include "kernel/diag/audit_check.hpp"
#include "kernel/main/system.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/shell/commands/direct_map_picture.hpp"
#include "kernel/shell/commands/groups.hpp"

namespace kernel {
namespace {

void print_cache(const mm::CacheStatistics& cache) {
    if (cache.slabs == 0) return;
    print("{:<24} {:<9} {:>6} {:>7} {:>8} {:>8} {:>6} {:>8}\n", cache.name, cache.exclusive ? "exclusive" : "shared",
          cache.object_size, cache.slabs, cache.active, cache.objects, cache.pages.raw(),
          cache.exclusive ? cache.domains : 0);
}

Status slab(Arguments arguments) {
    if (arguments.size() > 1) return Status::BadUsage;
    NamespaceRef ns;
    if (arguments.size() == 1) {
        auto found = namespaces().find(arguments[0]);
        if (!found) return failed("slab: no namespace '{}'; `ns list` lists them", arguments[0]);
        ns = std::move(*found);
    }
    print("{:<24} {:<9} {:>6} {:>7} {:>8} {:>8} {:>6} {:>8}\n", "cache", "kind", "size", "slabs", "active", "objects",
          "pages", "domains");
    if (ns) {
        memory().slabs().for_each_in(ns->domain(), print_cache);
    } else {
        memory().slabs().for_each(print_cache);
    }
    return Status::Ok;
}

Status buddy(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    const mm::FramePoolStatistics pool = memory().statistics();
    print("{:<22}", "free blocks of order");
    for (unsigned order = 0; order <= mm::max_order.raw(); ++order) print("{:>7}", order);
    print("\n{:<22}", "in the direct map");
    for (std::uint64_t blocks : pool.attached_blocks) print("{:>7}", blocks);
    print("\n{} pages in all; free: {} in the direct map, of which {} on the CPUs' lists\n"
          "{} out of it, in {} blocks of 2 MiB, of which {} are wholly free\n",
          pool.total.raw(), pool.attached.raw(), pool.attached_per_cpu.raw(), pool.detached.raw(), pool.detached_blocks,
          pool.detached_whole);
    memory().domains().for_each([](mm::Domain& domain) {
        const mm::DomainBooks books = domain.books();
        print("domain {:<12} {:>7} pages, {:>4} free for itself, {:>7} at most so far", domain.name(),
              books.owned.raw(), books.pooled.raw(), books.peak.raw());
        if (books.limit < mm::Domain::unlimited) {
            print(", limit {}\n", books.limit.raw());
        } else {
            write("\n");
        }
    });
    return Status::Ok;
}

Status map(Arguments arguments) {
    if (arguments.size() == 1 && arguments[0] == "--plain") {
        print_direct_map(Colour::No);
    } else if (arguments.empty()) {
        print_direct_map(Colour::Yes);
    } else {
        return Status::BadUsage;
    }
    return Status::Ok;
}

Status audit(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    const mm::AuditReport report = audit_system();
    print("audit: {} address spaces, {} windows, {} images, {} page tables, {} leaves\n", report.address_spaces,
          report.windows, report.images, report.tables, report.leaves);
    print("audit: {} pages are out of the direct map, every one accounted for by its state:\n",
          report.direct_map_holes);
    for (std::size_t i = 0; i < mm::frame_states; ++i) {
        if (report.frames[i] == 0) continue;
        print("  {:<14} {:>8}\n", name(static_cast<mm::FrameState>(i)), report.frames[i]);
    }
    if (report.clean()) {
        write("audit: clean\n");
        return Status::Ok;
    }
    diag::print_violations(report, "  ");
    return failed("audit: {} violations", report.violations);
}

void print_objects(void*) {
    // Runs inside the namespace: free objects are known in its own memory only.
    mm::Domain& domain = current().net_namespace()->domain();
    memory().slabs().for_each_live(domain, [](void* address, std::size_t size, std::string_view cache) {
        print("{:#x} {} {}\n", reinterpret_cast<std::uintptr_t>(address), size, cache);
    });
    // What lives in a heap of mimalloc's only mimalloc knows: its blocks, each as one.
    for (auto block = domain.next_block(); block; block = domain.next_block(block)) {
        const mm::Frame& frame = memory().frames()[*block];
        if (frame.state != mm::FrameState::HeapExclusive) continue;
        print("{:#x} {} mimalloc heap\n", reinterpret_cast<std::uintptr_t>(domain.frame_ptr(*block)),
              mm::Order{frame.order}.bytes());
    }
}

Status objects(Arguments arguments) {
    if (arguments.size() != 1) return Status::BadUsage;
    const auto ns = namespaces().find(arguments[0]);
    if (!ns) return failed("objects: no namespace '{}'; `ns list` lists them", arguments[0]);
    return status_of("objects", run_in(**ns, "objects", print_objects, nullptr));
}

constexpr Command commands[] = {
    {"slab", "[NS]", "Show the slab caches: all, or one namespace's own.", Place::System, slab},
    {"buddy", "", "Show the free blocks, and the pages of each domain.", Place::Anywhere, buddy},
    {"map", "[--plain]", "Draw the direct map: leaf sizes, holes and their owners.", Place::Anywhere, map},
    {"audit", "", "Walk every page table and hold it against the frame table.", Place::System, audit},
    {"objects", "NS", "List a namespace's live exclusive objects: address, size, cache.", Place::System, objects},
};

} // namespace

constinit const CommandGroup memory_commands{"Memory", commands};

} // namespace kernel
