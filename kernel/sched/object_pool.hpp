// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "kernel/base/result.hpp"
#include "mm/slab.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace kernel {

/// Objects of one type in a shared slab cache of their own.
template <class T>
class ObjectPool {
public:
    /// Makes the cache. Errors: those of SlabRegistry::create_shared(). Boot only.
    Result<> open(mm::SlabRegistry& registry, std::string_view name) {
        cache_ = TRY(registry.create_shared({.name = name, .size = sizeof(T), .align = alignof(T)}));
        return {};
    }

    /// Error: OutOfMemory. Thread context.
    template <class... Args>
    Result<T*> make(Args&&... args) {
        void* memory = TRY(cache_->alloc());
        return std::construct_at(static_cast<T*>(memory), std::forward<Args>(args)...);
    }

    /// Precondition: `object` came from make(). Thread context.
    void destroy(T& object) {
        std::destroy_at(&object);
        cache_->free(&object);
    }

private:
    mm::SharedCache* cache_ = nullptr;
};

} // namespace kernel
