// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/memory.hpp"

#include <memory>
#include <new>
#include <utility>

namespace net {

/// Constructs a T in shared memory. Thread context. Error: OutOfMemory.
template <class T, class... Args>
kernel::Result<T*> shared_new(Args&&... args) {
    void* memory = TRY(kernel::memory().kmalloc(sizeof(T)));
    return new (memory) T(std::forward<Args>(args)...);
}

/// Destroys what `shared_new` made.
template <class T>
void shared_delete(T* object) {
    std::destroy_at(object);
    kernel::memory().kfree(object);
}

} // namespace net
