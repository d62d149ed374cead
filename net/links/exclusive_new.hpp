// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/domain.hpp"

#include <memory>
#include <new>
#include <utility>

namespace net {

/// Constructs a T in the exclusive heap of `domain`. Context: a thread with the domain's window loaded.
/// Errors: OutOfMemory, DomainLimit.
template <class T, class... Args>
kernel::Result<T*> exclusive_new(mm::Domain& domain, Args&&... args) {
    void* memory = TRY(domain.kmalloc(sizeof(T)));
    return new (memory) T(std::forward<Args>(args)...);
}

/// Destroys what `exclusive_new` made.
template <class T>
void exclusive_delete(mm::Domain& domain, T* object) {
    std::destroy_at(object);
    domain.kfree(object);
}

} // namespace net
