// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "mm/host_bench/allocators.hpp"

namespace mm::host_bench {

/// mimalloc's functions. Debian's library also defines `malloc`, so linking with it would put mimalloc in the C
/// library's place: it is loaded at run time instead, out of the others' sight.
class MimallocLibrary {
public:
    /// Loaded at the first call; ends the process if the library is not there.
    static const MimallocLibrary& instance();

    void* (*malloc)(std::size_t bytes);
    void* (*malloc_aligned)(std::size_t bytes, std::size_t align);
    void (*free)(void* pointer);
    int (*version)();

private:
    MimallocLibrary();
};

class Mimalloc {
public:
    explicit Mimalloc(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(library_.malloc(bytes)); }
    void free(std::uintptr_t block, std::size_t) { library_.free(pointer_of(block)); }

private:
    const MimallocLibrary& library_ = MimallocLibrary::instance();
};

class MimallocPages {
public:
    explicit MimallocPages(std::size_t) {}
    std::uintptr_t alloc(std::size_t bytes) { return block_of(library_.malloc_aligned(bytes, page_size)); }
    void free(std::uintptr_t block, std::size_t) { library_.free(pointer_of(block)); }

private:
    const MimallocLibrary& library_ = MimallocLibrary::instance();
};

} // namespace mm::host_bench
