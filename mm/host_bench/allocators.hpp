// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdlib>

#include "mm/host_bench/machine.hpp"
#include "mm/testing/system.hpp"

namespace mm::host_bench {

/// An allocator as a benchmark sees it: opened by one thread for a size, it gives out blocks and takes them back. A
/// block of 0 is a failure.
template <class T>
concept Allocator = requires(T allocator, std::size_t bytes, std::uintptr_t block) {
    { allocator.alloc(bytes) } -> std::same_as<std::uintptr_t>;
    allocator.free(block, bytes);
};

inline std::uintptr_t block_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }
inline std::uintptr_t block_of(const kernel::Result<void*>& pointer) { return block_of(pointer.value_or(nullptr)); }
inline void* pointer_of(std::uintptr_t block) { return reinterpret_cast<void*>(block); }

/// A named cache of shared objects.
class SharedObjects {
public:
    explicit SharedObjects(std::size_t bytes) : cache_(Machine::instance().shared_cache(bytes)) {}
    std::uintptr_t alloc(std::size_t) { return block_of(cache_.alloc()); }
    void free(std::uintptr_t block, std::size_t) { cache_.free(pointer_of(block)); }

private:
    SharedCache& cache_;
};

/// The same of a domain's own; the thread runs inside it.
class ExclusiveObjects {
public:
    explicit ExclusiveObjects(std::size_t bytes) : cache_(Machine::instance().exclusive_cache(bytes)) {}
    std::uintptr_t alloc(std::size_t) { return block_of(cache_.alloc(domain_)); }
    void free(std::uintptr_t block, std::size_t) { cache_.free(domain_, pointer_of(block)); }

private:
    Domain& domain_ = Machine::instance().domain();
    ExclusiveCache cache_;
    testing::Inside inside_{Machine::instance().spaces(), domain_};
};

/// kmalloc of shared memory.
class SharedHeap {
public:
    explicit SharedHeap(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(memory_.kmalloc(bytes)); }
    void free(std::uintptr_t block, std::size_t) { memory_.kfree(pointer_of(block)); }

private:
    Memory& memory_ = Machine::instance().memory();
};

/// A domain's kmalloc.
class ExclusiveHeap {
public:
    explicit ExclusiveHeap(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(domain_.kmalloc(bytes)); }
    void free(std::uintptr_t block, std::size_t) { domain_.kfree(pointer_of(block)); }

private:
    Domain& domain_ = Machine::instance().domain();
    testing::Inside inside_{Machine::instance().spaces(), domain_};
};

/// Blocks of shared frames: per-CPU lists and the buddy allocator. Frame 0 is never given out.
class SharedFrames {
public:
    explicit SharedFrames(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) {
        const auto first = memory_.alloc_block(Order::for_bytes(bytes), Zero::No);
        return first ? first->raw() : 0;
    }
    void free(std::uintptr_t block, std::size_t bytes) {
        memory_.free_block(Pfn{static_cast<std::uint32_t>(block)}, Order::for_bytes(bytes));
    }

private:
    Memory& memory_ = Machine::instance().memory();
};

/// A domain's blocks of frames: what costs here is the model of the MMU.
class ExclusiveFrames {
public:
    explicit ExclusiveFrames(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) {
        const auto first = domain_.alloc_block(Order::for_bytes(bytes), Zero::No, FrameState::Exclusive);
        return first ? first->raw() : 0;
    }
    void free(std::uintptr_t block, std::size_t) { domain_.free_block(Pfn{static_cast<std::uint32_t>(block)}); }

private:
    Domain& domain_ = Machine::instance().domain();
    testing::Inside inside_{Machine::instance().spaces(), domain_};
};

/// The C library's malloc.
class SystemHeap {
public:
    explicit SystemHeap(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(std::malloc(bytes)); }
    void free(std::uintptr_t block, std::size_t) { std::free(pointer_of(block)); }
};

/// The C library's, aligned as pages are.
class SystemPages {
public:
    explicit SystemPages(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(std::aligned_alloc(page_size, bytes)); }
    void free(std::uintptr_t block, std::size_t) { std::free(pointer_of(block)); }
};

} // namespace mm::host_bench
