// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/domain.hpp"
#include "mm/slab/cache.hpp"
#include "mm/slab/domain_slabs.hpp"

#include <arch/cpu.hpp>

namespace mm {

/// A cache whose objects each belong to one domain and are mapped there only. This object is the
/// shared description; every domain has a child of its own, made on first use, whose lists and
/// magazines are the domain's exclusive memory.
///
/// Thread context with the domain's window loaded; not inside a lock of rank Domain or above. There
/// is no way to get a shared object out of it: without a domain, allocation is an error.
class ExclusiveCache : public SlabCache {
public:
    ExclusiveCache(Memory& memory, const CacheSpec& spec, std::uint32_t number, Poison poison, RedZone red_zone)
        : SlabCache(spec, number, poison, red_zone), memory_(memory) {}

    /// An object in `domain`'s exclusive memory. Its content is arbitrary, but never another
    /// domain's. Errors: DomainLimit, OutOfMemory.
    kernel::Result<void*> alloc(Domain& domain) const {
        {
            arch::PreemptGuard guard;
            Magazine& magazine = *domain.magazine(arch::cpu_id(), number());
            if (!magazine.empty()) [[likely]]
                return magazine.pop();
        }
        return DomainSlabs::alloc_slow(domain, *this);
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
            Magazine& magazine = *domain.magazine(arch::cpu_id(), number());
            if (!magazine.full()) [[likely]] {
                magazine.push(object);
                return;
            }
        }
        DomainSlabs::free_slow(domain, *this, object);
    }

    /// Returns what this CPU's magazine holds, and all empty slabs, of the domain's child.
    void shrink(Domain& domain) const { DomainSlabs::shrink(domain, *this); }

private:
    kernel::Result<void*> alloc_outside() const;

    Memory& memory_;
};

} // namespace mm
