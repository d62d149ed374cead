// SPDX-License-Identifier: MIT
#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/sched/clone.hpp"
#include "kernel/sched/process.hpp"
#include "kernel/sched/reaches.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"

#include <arch/layout.hpp>
#include <arch/pgd.hpp>
#include <arch/probe.hpp>

#include <array>
#include <atomic>

using namespace kernel;

namespace {

/// No TCP/IP in the namespaces of these tests.
class Bare {
public:
    Bare() : saved_(namespaces().hooks()) { namespaces().set_hooks(nullptr); }
    ~Bare() { namespaces().set_hooks(saved_); }
    Bare(const Bare&) = delete;
    Bare& operator=(const Bare&) = delete;

private:
    StackHooks* saved_;
};

/// A device of a namespace, at the end of a wire that nobody listens to.
class DeviceOnWire final : public NetDevice {
public:
    DeviceOnWire(NetNamespace& ns, mm::TransitTag wire) : ns_(ns), wire_(wire) {
        const MutexGuard guard(ns_.devices_mutex);
        ns_.devices.push_back(*this);
    }
    ~DeviceOnWire() {
        const MutexGuard guard(ns_.devices_mutex);
        ns_.devices.remove(*this);
    }
    DeviceOnWire(const DeviceOnWire&) = delete;
    DeviceOnWire& operator=(const DeviceOnWire&) = delete;

    [[nodiscard]] std::string_view name() const override { return "t-device"; }
    [[nodiscard]] mm::TransitTag wire_tag() const override { return wire_; }

private:
    NetNamespace& ns_;
    mm::TransitTag wire_;
};

/// What a task in a namespace found out. On the tester's stack, which is shared memory.
struct Findings {
    std::atomic<uint64_t> pgd{0};
    std::atomic<uintptr_t> stack{0};
    std::atomic<size_t> readable{0};
    std::atomic<int> error{-1};
    std::atomic<bool> done{false};
    NetNamespace* ns = nullptr;
};

Findings& findings(void* argument) { return *static_cast<Findings*>(argument); }

void look_around(void* argument) {
    findings(argument).pgd = arch::current_pgd();
    findings(argument).stack = current().stack().bottom();
    findings(argument).done = true;
}

/// Whether a task has the same page table wherever it runs: with `none` and `pks` each CPU has its own.
bool has_one_table() { return mm::has_own_table(memory().placements().scheme) || smp::online_count() == 1; }

void sleep_for_ever(void*) {
    while (sleep_for(seconds(3600))) {
    }
}

size_t readable_bytes(uintptr_t address) {
    std::array<std::byte, 8> bytes;
    return arch::probe_read(mm::VirtAddr{address}, bytes);
}

} // namespace

LACUNA_TEST("ns.registry", "names are unique, found, and checked") {
    Bare bare;
    ScratchNamespace a("t-a");
    REQUIRE(a);
    CHECK(namespaces().create("t-a").error() == Error::Exists);
    CHECK(namespaces().create("").error() == Error::InvalidArgument);
    CHECK(namespaces().create("two words").error() == Error::InvalidArgument);
    CHECK(namespaces().create("a-name-of-sixteen").error() == Error::InvalidArgument);
    CHECK(namespaces().find("t-a")->get() == &*a);
    CHECK(namespaces().find("t-b").error() == Error::NotFound);
    CHECK(namespaces().remove("t-b").error() == Error::NotFound);
}

LACUNA_TEST("ns.registry", "a removed namespace is not found, its name is free again") {
    Bare bare;
    auto ns = namespaces().create("t-a");
    REQUIRE(ns.has_value());
    CHECK(namespaces().remove("t-a").has_value());
    CHECK(namespaces().find("t-a").error() == Error::NotFound);
    // We hold a reference, so the object is there; but nothing can start in it.
    CHECK(spawn_process(ns->get(), {.name = "late", .function = sleep_for_ever}).error() == Error::Closed);
    ScratchNamespace again("t-a");
    CHECK(static_cast<bool>(again));
}

LACUNA_TEST("ns.switch", "every namespace runs on a page table of its own") {
    Bare bare;
    ScratchNamespace a("t-a");
    ScratchNamespace b("t-b");
    REQUIRE(a);
    REQUIRE(b);
    Findings in_a;
    Findings in_b;
    CHECK(run_in(*a, "look", look_around, &in_a).has_value());
    CHECK(run_in(*b, "look", look_around, &in_b).has_value());
    if (!mm::has_own_table(memory().placements().scheme)) SKIP("one page table per CPU with this isolation");
    CHECK(in_a.pgd != in_b.pgd);
    CHECK(in_a.pgd != arch::current_pgd());
    CHECK(in_b.pgd != arch::current_pgd());
}

LACUNA_TEST("ns.switch", "preemption carries the page table along") {
    if (!has_one_table()) SKIP("one page table per CPU with this isolation");
    Bare bare;
    ScratchNamespace a("t-a");
    ScratchNamespace b("t-b");
    REQUIRE(a);
    REQUIRE(b);
    static std::atomic<bool> stop;
    static std::atomic<unsigned> wrong;
    stop = false;
    wrong = 0;
    const auto spin = [](void*) {
        const uint64_t mine = arch::current_pgd();
        while (!stop) {
            if (arch::current_pgd() != mine) ++wrong;
        }
    };
    // One of each namespace on every CPU.
    std::array<Result<TaskRef>, 2 * arch::max_cpus> all;
    const std::span spinners = std::span(all).first(2 * smp::online_count());
    for (unsigned i = 0; i < spinners.size(); ++i) {
        spinners[i] = spawn_process(i % 2 == 0 ? &*a : &*b, {.name = "spin", .function = spin, .cpu = i / 2});
    }
    CHECK(sleep_for(milliseconds(50)).has_value());
    stop = true;
    for (auto& spinner : spinners) {
        REQUIRE(spinner.has_value());
        CHECK(join(**spinner).has_value());
        CHECK((*spinner)->switches() > 1);
    }
    CHECK(wrong == 0);
}

LACUNA_TEST("ns.stack", "the owner can read its stack, another namespace and the kernel cannot") {
    if (memory().policies().isolation == mm::Isolation::None) SKIP("nothing is isolated with isolation=none");
    Bare bare;
    ScratchNamespace a("t-a");
    ScratchNamespace b("t-b");
    REQUIRE(a);
    REQUIRE(b);
    auto victim = spawn_process(&*a, {.name = "victim", .function = sleep_for_ever});
    REQUIRE(victim.has_value());
    CHECK(sleep_for(milliseconds(2)).has_value()); // its frames hold something now
    const KernelStack& stack = (*victim)->stack();
    CHECK(stack.is_exclusive());
    static uintptr_t target;
    static uintptr_t direct;
    target = stack.top() - 64;
    // The same frame's address there; with placement=clone it is the same address.
    direct = arch::direct_map_base() + a->domain().window().phys(mm::VirtAddr{target}).raw();
    const auto probe = [](void* argument) {
        findings(argument).readable = readable_bytes(target) + readable_bytes(direct);
    };
    Findings owner;
    Findings other;
    CHECK(run_in(*a, "probe", probe, &owner).has_value());
    CHECK(run_in(*b, "probe", probe, &other).has_value());
    // Through the window, not through the direct map.
    CHECK(owner.readable == (target == direct ? 16 : 8));
    CHECK(other.readable == 0);
    CHECK(readable_bytes(target) == 0);
    CHECK(readable_bytes(direct) == 0);
}

LACUNA_TEST("ns.threads", "a process of several threads keeps its namespace") {
    Bare bare;
    ScratchNamespace a("t-a");
    ScratchNamespace b("t-b");
    REQUIRE(a);
    REQUIRE(b);
    Findings found;
    found.ns = &*b;
    CHECK(run_in(
              *a, "leader",
              [](void* argument) {
                  auto thread = clone(CloneFlags::Thread, "second", sleep_for_ever, nullptr);
                  if (!thread) return;
                  if (setns(findings(argument).ns, look_around, argument) != Error::MultiThreaded) return;
                  if (unshare("t-c", look_around, argument) != Error::MultiThreaded) return;
                  findings(argument).done = true;
                  kill(**thread);
                  static_cast<void>(join(**thread));
              },
              &found)
              .has_value());
    CHECK(found.done);
    CHECK(found.pgd == 0); // look_around() never ran
}

LACUNA_TEST("ns.move", "setns goes on with a stack and a page table of the new namespace") {
    Bare bare;
    ScratchNamespace a("t-a");
    ScratchNamespace b("t-b");
    REQUIRE(a);
    REQUIRE(b);
    Findings found;
    found.ns = &*b;
    auto task = spawn_process(&*a, {.name = "mover",
                                    .function =
                                        [](void* argument) {
                                            findings(argument).error =
                                                static_cast<int>(setns(findings(argument).ns, look_around,
                                                                       argument)); // returns on failure only
                                        },
                                    .argument = &found});
    REQUIRE(task.has_value());
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
    CHECK(found.error == -1);
    CHECK(found.done);
    if (memory().policies().isolation == mm::Isolation::Pgd) CHECK(found.pgd != arch::current_pgd());
    CHECK(sleep_for(milliseconds(5)).has_value()); // the reaper's turn
    CHECK(a->task_count() == 0);
    CHECK(b->task_count() == 0);
}

LACUNA_TEST("ns.move", "setns to nowhere makes a kernel task") {
    Bare bare;
    ScratchNamespace a("t-a");
    REQUIRE(a);
    Findings found;
    auto task = spawn_process(
        &*a,
        {.name = "leaver",
         .function =
             [](void* argument) { findings(argument).error = static_cast<int>(setns(nullptr, look_around, argument)); },
         .argument = &found});
    REQUIRE(task.has_value());
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
    CHECK(found.done);
    if (has_one_table()) CHECK(found.pgd == arch::current_pgd());
}

LACUNA_TEST("ns.move", "unshare makes the namespace that it moves to") {
    Bare bare;
    Findings found;
    auto task = spawn_process(nullptr, {.name = "hermit",
                                        .function =
                                            [](void* argument) {
                                                findings(argument).error =
                                                    static_cast<int>(unshare("t-new", look_around, argument));
                                            },
                                        .argument = &found});
    REQUIRE(task.has_value());
    CHECK(join(**task, Deadline::in(seconds(5))).has_value());
    CHECK(found.error == -1);
    CHECK(found.done);
    CHECK(namespaces().find("t-new").has_value());
    CHECK(namespaces().remove("t-new").has_value());
}

LACUNA_TEST("ns.clone", "flags say what is shared") {
    Bare bare;
    ScratchNamespace a("t-a");
    REQUIRE(a);
    Findings found;
    CHECK(run_in(
              *a, "parent",
              [](void* argument) {
                  const auto both = CloneFlags::Thread | CloneFlags::NewNet;
                  if (clone(both, "t-x", look_around, argument).error() != Error::InvalidArgument) return;
                  auto child = clone(CloneFlags::NewNet, "t-x", sleep_for_ever, nullptr);
                  if (!child) return;
                  findings(argument).done = (*child)->net_namespace()->name() == "t-x";
              },
              &found)
              .has_value());
    CHECK(found.done);
    CHECK(namespaces().remove("t-x").has_value()); // kills the sleeper inside
}

LACUNA_TEST("ns.life", "removal kills what sleeps inside, and is refused from inside") {
    Bare bare;
    auto ns = namespaces().create("t-a");
    REQUIRE(ns.has_value());
    auto sleeper = spawn_process(ns->get(), {.name = "sleeper", .function = sleep_for_ever});
    REQUIRE(sleeper.has_value());
    Findings found;
    CHECK(run_in(
              **ns, "insider",
              [](void* argument) { findings(argument).error = static_cast<int>(namespaces().remove("t-a").error()); },
              &found)
              .has_value());
    CHECK(found.error == static_cast<int>(Error::Busy));
    CHECK(namespaces().remove("t-a").has_value());
    CHECK((*ns)->task_count() == 0);
    const auto reason = join(**sleeper);
    REQUIRE(reason.has_value());
    CHECK(*reason == ExitReason::Killed);
}

LACUNA_TEST("ns.life", "a fault inside ends its task alone") {
    Bare bare;
    ScratchNamespace a("t-a");
    REQUIRE(a);
    auto bystander = spawn_process(&*a, {.name = "bystander", .function = sleep_for_ever});
    REQUIRE(bystander.has_value());
    REQUIRE(reaches(**bystander, TaskState::Blocked));
    CHECK(run_in(
              *a, "victim", [](void*) { *reinterpret_cast<volatile int*>(uintptr_t{0x1000}) = 1; }, nullptr)
              .error() == Error::Killed);
    CHECK((*bystander)->state() == TaskState::Blocked);
    Findings found;
    CHECK(run_in(*a, "look", look_around, &found).has_value());
    CHECK(found.done);
}

LACUNA_TEST("ns.life", "ten thousand namespaces come and go, and no frame is lost") {
    Bare bare;
    const auto cycles = [](unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            auto ns = namespaces().create("t-cycle");
            REQUIRE(ns.has_value());
            CHECK(run_in(
                      **ns, "touch",
                      [](void*) {
                          auto pages = current().net_namespace()->domain().alloc_pages(mm::Order{1}, mm::Zero::Yes);
                          if (pages) pages->address()[0] = std::byte{1};
                      },
                      nullptr)
                      .has_value());
            CHECK(namespaces().remove("t-cycle").has_value());
        }
    };
    cycles(50); // fills the caches that stay
    const mm::PageCount before = frame_balance();
    cycles(10'000);
    CHECK(frame_balance() == before);
}

LACUNA_TEST("ns.life", "a block is lost that is on no wire of a device's") {
    constexpr mm::TransitTag wire{0xf00d'f00d};
    Bare bare;
    const ScratchNamespace ns("t-wire");
    REQUIRE(ns);
    constexpr mm::Order order{1};
    const mm::PageCount before = frame_balance();
    const auto block = ns->domain().alloc_block(order, mm::Zero::No, mm::FrameState::Exclusive);
    REQUIRE(block.has_value());
    REQUIRE(ns->domain().disown(*block, wire).has_value());
    CHECK((frame_balance() + order.pages()).raw() == before.raw());
    {
        const DeviceOnWire device(*ns, wire);
        CHECK(frame_balance().raw() == before.raw());
    }
    CHECK((frame_balance() + order.pages()).raw() == before.raw());
    CHECK(memory().reclaim_in_transit(*block, wire).has_value());
    CHECK(frame_balance().raw() == before.raw());
}

LACUNA_TEST("ns.life", "namespaces with a TCP/IP stack come and go, and no frame is lost") {
    const auto cycles = [](unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            REQUIRE(namespaces().create("t-cycle").has_value());
            REQUIRE(namespaces().remove("t-cycle").has_value());
        }
    };
    cycles(10);
    const mm::PageCount before = frame_balance();
    cycles(300);
    CHECK(frame_balance() == before);
}
