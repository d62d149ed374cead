// SPDX-License-Identifier: MIT
// The mixed-size workload: 4096 live blocks of 16 to 2048 bytes, of which a random one is replaced at
// a time. What it does is fixed to the last bit, so that other allocators can be given the same work:
// `checksum` says that they were.
#include <array>
#include <cstdint>

#include "kernel/bench/benchmark.hpp"
#include "kernel/bench/run.hpp"
#include "mm/memory.hpp"

namespace kernel::bench {
namespace {

constexpr std::size_t live = 4096;
constexpr std::uint64_t operations = 100'000;
constexpr std::uint64_t seed = 0x9e3779b97f4a7c15;
constexpr std::uint64_t checksum = 0x72fd0bb2457c6006;

/// Marsaglia's xorshift with the shifts 13, 7, 17.
class Random {
public:
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }

private:
    std::uint64_t state_ = seed;
};

std::size_t size_of(std::uint64_t random) { return 16 + (random >> 32) % 2033; }

constinit std::array<std::uint64_t*, live> slots{};

/// The frames that all slab caches hold.
std::uint64_t slab_bytes() {
    std::uint64_t pages = 0;
    const mm::FrameTable frames = kernel::memory().frames();
    for (const mm::Frame& frame : frames.all()) {
        if (frame.state == mm::FrameState::SlabShared) ++pages;
    }
    return pages * mm::page_size;
}

bool fill(Random& random) {
    for (std::uint64_t*& slot : slots) {
        const std::uint64_t r = random.next();
        const auto block = kernel::memory().kmalloc(size_of(r));
        if (!block) return false;
        slot = static_cast<std::uint64_t*>(*block);
        *slot = r;
    }
    return true;
}

void empty() {
    for (std::uint64_t*& slot : slots) {
        kernel::memory().kfree(slot);
        slot = nullptr;
    }
}

/// The part that is timed; returns the checksum, 0 if memory ran out.
std::uint64_t replace_at_random(Random& random) {
    mm::Memory& memory = kernel::memory();
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < operations; ++i) {
        const std::uint64_t r = random.next();
        std::uint64_t*& slot = slots.data()[r & (live - 1)];
        sum ^= *slot;
        memory.kfree(slot);
        const auto block = memory.kmalloc(size_of(r));
        if (!block) return 0;
        slot = static_cast<std::uint64_t*>(*block);
        *slot = r;
    }
    return sum;
}

void mixed(Run& run) {
    run.measure_parts(
        operations,
        [&run](Stopwatch& watch) {
            Random random;
            if (!fill(random)) return false;
            watch.start();
            const std::uint64_t sum = replace_at_random(random);
            watch.stop();
            empty();
            if (sum != checksum) run.fail("the checksum is not that of the workload");
            return sum == checksum;
        },
        few);
}

/// The same loop over memory that stays: what to take off mixed.op.
void loop_alone(Run& run) {
    static constinit std::array<std::uint64_t, live> words{};
    run.measure(
        operations,
        [] {
            Random random;
            std::uint64_t sum = 0;
            for (std::uint64_t i = 0; i < operations; ++i) {
                const std::uint64_t r = random.next();
                std::uint64_t& slot = words.data()[r & (live - 1)];
                sum ^= slot + size_of(r);
                slot = r;
            }
            asm volatile("" : : "r"(sum));
            return true;
        },
        few);
}

/// Bytes that the slab allocator took for the live blocks, after the fill or after the operations.
enum class When { Filled, Replaced };
template <When when>
void slab_grew(Run& run) {
    kernel::memory().reclaim();
    const std::uint64_t before = slab_bytes();
    Random random;
    bool done = fill(random);
    if (when == When::Replaced) done = done && replace_at_random(random) == checksum;
    if (done) {
        run.add_value(slab_bytes() - before);
    } else {
        run.fail(Error::OutOfMemory);
    }
    empty();
}

LACUNA_BENCHMARK("mixed.op", Unit::Cycles, mixed);
LACUNA_BENCHMARK("mixed.loop_without_allocator", Unit::Cycles, loop_alone);
LACUNA_BENCHMARK("mixed.prefill.slab_grew", Unit::Bytes, slab_grew<When::Filled>);
LACUNA_BENCHMARK("mixed.after_ops.slab_grew", Unit::Bytes, slab_grew<When::Replaced>);

} // namespace
} // namespace kernel::bench
