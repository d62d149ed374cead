// SPDX-License-Identifier: MIT
#include "mm/host_bench/mimalloc.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

#include "kernel/base/assert.hpp"
#include "mm/host_bench/work.hpp"

namespace mm::host_bench {

namespace {

template <class Function>
void resolve(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(dlsym(library, name));
    if (function == nullptr) kernel::panic("libmimalloc.so.2 lacks a function");
}

/// Whether the code at `function` is mimalloc's.
bool is_mimalloc(const void* function) {
    Dl_info info{};
    if (dladdr(function, &info) == 0 || info.dli_fname == nullptr) return false;
    return std::string_view(info.dli_fname).contains("mimalloc");
}

} // namespace

MimallocLibrary::MimallocLibrary() {
    void* const library = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) kernel::panic(dlerror());
    resolve(library, "mi_malloc", malloc);
    resolve(library, "mi_malloc_aligned", malloc_aligned);
    resolve(library, "mi_free", free);
    resolve(library, "mi_version", version);
}

const MimallocLibrary& MimallocLibrary::instance() {
    static const MimallocLibrary library;
    return library;
}

bool allocators_are_told_apart() {
    return is_mimalloc(reinterpret_cast<const void*>(MimallocLibrary::instance().malloc)) &&
           !is_mimalloc(reinterpret_cast<const void*>(&std::malloc));
}

int mimalloc_version() { return MimallocLibrary::instance().version(); }

} // namespace mm::host_bench
