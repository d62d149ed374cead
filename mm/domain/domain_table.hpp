// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "mm/domain_id.hpp"

namespace mm {

class Domain;

/// Which domain a number in the frame table stands for. Numbers are given out in turn, so that one
/// is not used again until all others have been: a stale number rarely names the wrong domain, and
/// a domain frees its number only when not one frame bears it.
class DomainTable {
public:
    static constexpr std::size_t max_domains = mm::max_domains;

    /// A number for a domain that is being made; find() does not know it yet. Error: NoSpace.
    kernel::Result<DomainId> reserve();
    /// Makes the domain known by its number.
    void publish(Domain& domain);
    /// The domain begins to end: on return, no for_each() that looks at is_ending() is at work on it.
    void begin_end(Domain& domain);
    /// The domain is known no more; its number stays taken.
    void withdraw(DomainId id);
    /// Frees the number, published or not. Precondition: no frame bears it.
    void release(DomainId id);

    /// The domain of that number. Error: NotFound. The caller knows that the domain lives on. Any
    /// context: takes no lock, so fault reports may ask.
    kernel::Result<Domain*> find(DomainId id) const;

    /// Numbers in use.
    std::size_t size() const { return table_.unlocked().used.count() - 1; }

    /// Calls fn(Domain&) for each; fn must not create or destroy domains. Thread context.
    template <class Function>
    void for_each(Function&& fn) {
        table_.with([&](Table& table) {
            for (Domain* domain : table.domains) {
                if (domain != nullptr) fn(*domain);
            }
        });
    }

private:
    struct Table {
        std::array<Domain*, max_domains + 1> domains{}; ///< by number; published ones
        std::bitset<max_domains + 1> used{1};           ///< numbers given out; 0 is nobody's
        std::uint16_t last = 0;                         ///< the number given out last
    };
    kernel::SpinLocked<Table, kernel::Rank::DomainTable> table_;
};

} // namespace mm
