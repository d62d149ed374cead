// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mm/host_bench/allocators.hpp"
#include "mm/host_bench/work.hpp"

namespace mm::host_bench {

/// Keeps the compiler, which knows malloc, from leaving the allocation out.
inline void use(std::uintptr_t block) { asm volatile("" : : "r"(block) : "memory"); }

/// One block allocated and freed, back to back; an operation is both.
template <Allocator A>
class PairWork final : public Work {
public:
    PairWork(unsigned cpu, std::size_t bytes) : cpu_(cpu), allocator_(bytes), bytes_(bytes) {}

    bool run(std::uint64_t operations) override {
        for (std::uint64_t i = 0; i < operations; ++i) {
            const std::uintptr_t block = allocator_.alloc(bytes_);
            if (block == 0) return false;
            use(block);
            allocator_.free(block, bytes_);
        }
        return true;
    }

private:
    OnCpu cpu_;
    A allocator_;
    std::size_t bytes_;
};

/// 256 blocks allocated, then freed in the same order; an operation is one of each.
template <Allocator A>
class BatchWork final : public Work {
public:
    static constexpr std::size_t blocks = 256;

    BatchWork(unsigned cpu, std::size_t bytes) : cpu_(cpu), allocator_(bytes), bytes_(bytes) {}

    bool run(std::uint64_t operations) override {
        for (std::uint64_t done = 0; done < operations; done += blocks) {
            for (std::uintptr_t& block : blocks_) {
                block = allocator_.alloc(bytes_);
                if (block == 0) return false;
                use(block);
            }
            for (const std::uintptr_t block : blocks_) allocator_.free(block, bytes_);
        }
        return true;
    }

private:
    OnCpu cpu_;
    A allocator_;
    std::size_t bytes_;
    std::array<std::uintptr_t, blocks> blocks_{};
};

/// What the checksum of the mixed workload is for.
inline constexpr std::uint64_t mixed_operations = 100'000;
inline constexpr std::uint64_t mixed_checksum = 0x72fd0bb2457c6006;

/// 4096 live objects of 16 to 2048 bytes, of which random ones are replaced by others; an operation frees one and
/// allocates one. The sequence is fixed, so every allocator has to end with the same checksum.
template <Allocator A>
class MixedWork final : public Work {
public:
    MixedWork(unsigned cpu, std::size_t) : cpu_(cpu), allocator_(0) {}

    void prepare() override {
        random_ = testing::Random{};
        for (std::uintptr_t& slot : slots_) put(slot, random_.next());
    }

    bool run(std::uint64_t operations) override {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < operations; ++i) {
            const std::uint64_t r = random_.next();
            std::uintptr_t& slot = slots_[r % slots_.size()];
            sum ^= *word_at(slot);
            allocator_.free(slot, 0);
            put(slot, r);
        }
        return sum == mixed_checksum;
    }

    void finish() override {
        for (const std::uintptr_t slot : slots_) allocator_.free(slot, 0);
    }

private:
    static std::uint64_t* word_at(std::uintptr_t block) { return static_cast<std::uint64_t*>(pointer_of(block)); }

    void put(std::uintptr_t& slot, std::uint64_t r) {
        slot = allocator_.alloc(16 + (r >> 32) % 2033);
        if (slot == 0) [[unlikely]]
            kernel::panic("no memory for the mixed workload");
        *word_at(slot) = r;
    }

    OnCpu cpu_;
    A allocator_;
    testing::Random random_;
    std::array<std::uintptr_t, 4096> slots_{};
};

} // namespace mm::host_bench
