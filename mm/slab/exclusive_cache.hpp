// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/domain.hpp"
#include "mm/slab/cache.hpp"
#include "mm/slab/domain_slabs.hpp"

#include <arch/cpu.hpp>

namespace mm {

/// A cache whose objects each belong to one domain and are mapped there only. Every domain has a child of its own, made
/// on first use, whose lists and magazines are the domain's exclusive memory; what all share is a number and a
/// description, and this is both: a value to copy. An object is so one load further away than one of a SharedCache, the
/// domain's table of magazines, and not two.
///
/// Thread context with the domain's window loaded; not inside a lock of rank Domain or above. There
/// is no way to get a shared object out of it: without a domain, allocation is an error.
class ExclusiveCache {
public:
    /// None. It can be assigned to, and asked whether it is one.
    constexpr ExclusiveCache() = default;
    /// For SlabRegistry, which makes them.
    explicit ExclusiveCache(const SlabCache& description) : description_(&description), number_(description.number()) {}

    explicit operator bool() const { return description_ != nullptr; }
    /// Its name, its number, and how its objects lie in a slab.
    const SlabCache& description() const { return *description_; }

    /// An object in `domain`'s exclusive memory. Its content is arbitrary, but never another
    /// domain's. Errors: DomainLimit, OutOfMemory.
    kernel::Result<void*> alloc(Domain& domain) const {
        {
            arch::PreemptGuard guard;
            Magazine& magazine = *domain.magazine(arch::cpu_id(), number_);
            if (!magazine.empty()) [[likely]]
                return magazine.pop();
        }
        return DomainSlabs::alloc_slow(domain, *description_);
    }

    /// The same for a caller that may be in no domain. Error, besides: NoDomain if it is null.
    kernel::Result<void*> alloc(Domain* domain) const {
        if (domain == nullptr) return alloc_outside();
        return alloc(*domain);
    }

    /// Takes back an object that `domain` allocated here. A pointer that is none is a bug (ensure),
    /// found at the latest when it leaves the magazine.
    void free(Domain& domain, void* object) const {
        {
            arch::PreemptGuard guard;
            Magazine& magazine = *domain.magazine(arch::cpu_id(), number_);
            if (!magazine.full()) [[likely]] {
                magazine.push(object);
                return;
            }
        }
        DomainSlabs::free_slow(domain, *description_, object);
    }

    /// Returns what this CPU's magazine holds, and all empty slabs, of the domain's child.
    void shrink(Domain& domain) const { DomainSlabs::shrink(domain, *description_); }

private:
    kernel::Result<void*> alloc_outside() const;

    const SlabCache* description_ = nullptr;
    std::uint32_t number_ = 0;
};

} // namespace mm
