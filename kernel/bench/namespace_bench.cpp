// SPDX-License-Identifier: MIT
// The life of network namespaces, one at a time and a hundred at once.
#include <array>

#include "kernel/base/fixed_text.hpp"
#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/ns/scratch_namespace.hpp"
#include "mm/memory.hpp"
#include "net/links/links.hpp"

namespace kernel::bench {
namespace {

constexpr unsigned crowd = 100;

enum class Half { Create, Destroy };
enum class With { Loopback, LoopbackAndVeth };

FixedText<15> name_of(unsigned number) { return FixedText<15>("bench-{}", number); }

net::InterfaceConfig interface(unsigned network, std::uint8_t host) {
    net::InterfaceConfig config;
    config.addressing = net::Addressing::Static;
    config.address = {.address = IPADDR4_INIT_BYTES(10, 77, static_cast<u8_t>(network), host), .length = 24};
    return config;
}

/// Namespace `number` with its stack and loopback interface and, if asked for, a veth pair with
/// addresses, whose other end is in `common`.
template <With with>
bool create(unsigned number, NetNamespace* common) {
    const auto made = namespaces().create(name_of(number).view());
    if (!made) return false;
    if constexpr (with == With::Loopback) return true;
    return net::create_veth(**made, interface(number, 1), *common, interface(number, 2)).has_value();
}

/// Namespaces 0 .. count - 1, removed at the latest when this goes.
template <With with>
class Crowd {
public:
    explicit Crowd(NetNamespace* common) : common_(common) {}
    ~Crowd() { static_cast<void>(leave()); }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    bool come(unsigned count) {
        while (present_ < count) {
            // Counted first: one that failed half-way is removed too.
            if (!create<with>(present_++, common_)) return false;
        }
        return true;
    }
    bool leave() {
        bool removed = true;
        for (; present_ > 0; --present_) {
            removed = namespaces().remove(name_of(present_ - 1).view()).has_value() && removed;
        }
        return removed;
    }

private:
    NetNamespace* common_;
    unsigned present_ = 0;
};

/// One at a time; one half is timed.
template <Half half>
void one(Run& run) {
    run.measure_parts(1, [](Stopwatch& watch) {
        if constexpr (half == Half::Create) watch.start();
        if (!create<With::Loopback>(0, nullptr)) return false;
        if constexpr (half == Half::Create) watch.stop();
        if constexpr (half == Half::Destroy) watch.start();
        if (!namespaces().remove(name_of(0).view())) return false;
        if constexpr (half == Half::Destroy) watch.stop();
        return true;
    });
}

/// A hundred that are there together; per namespace.
template <With with, Half half>
void hundred(Run& run) {
    const ScratchNamespace common("bench-common");
    if (!common) return run.fail("no namespace");
    run.measure_parts(
        crowd,
        [&common](Stopwatch& watch) {
            Crowd<with> all(&*common);
            if constexpr (half == Half::Create) watch.start();
            if (!all.come(crowd)) return false;
            if constexpr (half == Half::Create) watch.stop();
            if constexpr (half == Half::Destroy) watch.start();
            const bool left = all.leave();
            if constexpr (half == Half::Destroy) watch.stop();
            return left;
        },
        few);
}

/// Every frame that the hundred took, page tables and shared slabs included; per namespace.
template <With with>
void memory_of_hundred(Run& run) {
    const ScratchNamespace common("bench-common");
    if (!common) return run.fail("no namespace");
    kernel::memory().reclaim();
    const mm::PageCount before = kernel::memory().free_frames();
    Crowd<with> all(&*common);
    if (!all.come(crowd)) return run.fail("a namespace could not be made");
    kernel::memory().reclaim();
    run.add_value(before.bytes() - kernel::memory().free_frames().bytes(), crowd);
}

constexpr auto veth = With::LoopbackAndVeth;
constexpr auto bare = With::Loopback;

LACUNA_BENCHMARK("netns.create", Unit::Cycles, one<Half::Create>);
LACUNA_BENCHMARK("netns.destroy", Unit::Cycles, one<Half::Destroy>);
LACUNA_BENCHMARK("netns.bare_x100.create", Unit::Cycles, hundred<bare, Half::Create>);
LACUNA_BENCHMARK("netns.bare_x100.destroy", Unit::Cycles, hundred<bare, Half::Destroy>);
LACUNA_BENCHMARK("netns.bare_x100.mem_MemFree", Unit::Bytes, memory_of_hundred<bare>);
LACUNA_BENCHMARK("netns.lo_and_veth_x100.create", Unit::Cycles, hundred<veth, Half::Create>);
LACUNA_BENCHMARK("netns.lo_and_veth_x100.destroy", Unit::Cycles, hundred<veth, Half::Destroy>);
LACUNA_BENCHMARK("netns.lo_and_veth_x100.mem_MemFree", Unit::Bytes, memory_of_hundred<veth>);

} // namespace
} // namespace kernel::bench
