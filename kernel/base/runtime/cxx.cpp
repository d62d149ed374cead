// SPDX-License-Identifier: MIT
// What libc++'s headers expect to find in a library. The kernel links none, so the few names are here.
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "kernel/base/assert.hpp"

// libc++ declares these members `extern template`; std::format's code refers to them.
template class std::basic_string<char>;

// No code of the kernel may allocate behind its owner's back: memory comes from a Domain, a slab cache
// or the kernel heap by name. std::format refers to these operators but does not reach them with the
// argument types that the kernel formats.
void* operator new(std::size_t) { kernel::panic("operator new: the kernel allocates by name only"); }
void* operator new[](std::size_t) { kernel::panic("operator new[]: the kernel allocates by name only"); }
void operator delete(void*) noexcept { kernel::panic("operator delete reached"); }
void operator delete[](void*) noexcept { kernel::panic("operator delete[] reached"); }
void operator delete(void*, std::size_t) noexcept { kernel::panic("operator delete reached"); }
void operator delete[](void*, std::size_t) noexcept { kernel::panic("operator delete[] reached"); }
void operator delete(void*, std::align_val_t) noexcept { kernel::panic("operator delete reached"); }
void operator delete(void*, std::size_t, std::align_val_t) noexcept {
    kernel::panic("operator delete reached");
}

namespace std {
inline namespace __1 {
/// Called by libc++'s hardening checks when it is built to explain itself.
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) {
    kernel::panic(format);
}
} // namespace __1
} // namespace std

extern "C" {

[[noreturn]] void __cxa_pure_virtual() { kernel::panic("pure virtual function called"); }
[[noreturn]] void abort() { kernel::panic("abort"); }

// Static objects of the kernel live until the power goes.
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void* __dso_handle = nullptr;

} // extern "C"
