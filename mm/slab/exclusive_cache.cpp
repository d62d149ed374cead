// SPDX-License-Identifier: MIT
#include "mm/slab/exclusive_cache.hpp"

#include "kernel/base/mutant.hpp"
#include "mm/memory.hpp"

namespace mm {

kernel::Result<void*> ExclusiveCache::alloc_outside() const {
    // What the proof of concept did, and what a test must notice.
    if (kernel::mutant(kernel::Mutant::SilentSharedFallback))
        return description_->memory().kmalloc(description_->object_size());
    return kernel::fail(kernel::Error::NoDomain);
}

} // namespace mm
