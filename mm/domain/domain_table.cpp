// SPDX-License-Identifier: MIT
#include "mm/domain/domain_table.hpp"

#include "mm/domain/domain.hpp"

namespace mm {

using kernel::Error;
using kernel::fail;
using kernel::Result;

Result<DomainId> DomainTable::reserve() {
    return table_.with([](Table& table) -> Result<DomainId> {
        for (std::size_t step = 0; step < max_domains; ++step) {
            table.last = static_cast<std::uint16_t>(table.last % max_domains + 1);
            if (table.used[table.last]) continue;
            table.used[table.last] = true;
            return DomainId{table.last};
        }
        return fail(Error::NoSpace);
    });
}

void DomainTable::publish(Domain& domain) {
    table_.with([&](Table& table) { table.domains[domain.id().raw()] = &domain; });
}

void DomainTable::begin_end(Domain& domain) {
    table_.with([&](Table&) { domain.ending_ = true; });
}

void DomainTable::withdraw(DomainId id) {
    table_.with([&](Table& table) { table.domains[id.raw()] = nullptr; });
}

void DomainTable::release(DomainId id) {
    table_.with([&](Table& table) {
        kernel::ensure(!id.is_shared() && table.used[id.raw()], "domain number freed twice");
        table.used[id.raw()] = false;
    });
}

Result<Domain*> DomainTable::find(DomainId id) const {
    if (id.raw() > max_domains) return fail(Error::NotFound);
    // Without the lock: one aligned pointer, which is either null or a domain.
    Domain* const domain = table_.unlocked().domains[id.raw()];
    if (domain == nullptr) return fail(Error::NotFound);
    return domain;
}

} // namespace mm
