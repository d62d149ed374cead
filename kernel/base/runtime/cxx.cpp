// SPDX-License-Identifier: MIT
// What libc++'s headers expect to find in a library. The kernel links none, so the few names are here.
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "kernel/base/assert.hpp"
#include "kernel/base/runtime/shared_heap.hpp"

const std::nothrow_t std::nothrow{};

// libc++ declares these members `extern template`; std::format's code refers to them.
template class std::basic_string<char>;

namespace {

constinit kernel::SharedHeap shared_heap;

void* allocate(std::size_t bytes, std::size_t alignment) {
    return shared_heap.allocate != nullptr ? shared_heap.allocate(bytes, alignment) : nullptr;
}

void* allocate_or_panic(std::size_t bytes, std::size_t alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
    void* const memory = allocate(bytes, alignment);
    // Whoever can do without the memory says so with std::nothrow.
    if (memory == nullptr) kernel::panic("operator new: no memory, or no heap yet");
    return memory;
}

void release(void* memory) {
    if (memory != nullptr) shared_heap.release(memory);
}

} // namespace

namespace kernel {
void set_shared_heap(const SharedHeap& heap) { shared_heap = heap; }
} // namespace kernel

void* operator new(std::size_t bytes) { return allocate_or_panic(bytes); }
void* operator new[](std::size_t bytes) { return allocate_or_panic(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate_or_panic(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
    return allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace std {
inline namespace __1 {
/// Called by libc++'s hardening checks when it is built to explain itself.
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) { kernel::panic(format); }
} // namespace __1
} // namespace std

extern "C" {

[[noreturn]] void __cxa_pure_virtual() { kernel::panic("pure virtual function called"); }
[[noreturn]] void abort() { kernel::panic("abort"); }

// Static objects of the kernel live until the power goes.
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void* __dso_handle = nullptr;

} // extern "C"
