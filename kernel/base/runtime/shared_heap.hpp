// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace kernel {

/// Where `operator new` and `operator delete` go: shared kernel memory, never a namespace's.
struct SharedHeap {
    void* (*allocate)(std::size_t bytes, std::size_t alignment) = nullptr; ///< null if out of memory
    void (*release)(void* memory) = nullptr;
};

/// Installs the heap, once during boot. Before that nothing can be allocated.
void set_shared_heap(const SharedHeap& heap);

} // namespace kernel
