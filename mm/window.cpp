// SPDX-License-Identifier: MIT
#include "mm/window.hpp"

namespace mm {

Window::Chosen Window::choose(DomainId owner, DomainKind kind, const Placements& placements) {
    switch (placements.scheme) {
    case Scheme::Window:
        return Chosen(std::in_place_type<OwnWindow>, owner, kind, placements);
    case Scheme::Clone:
        return Chosen(std::in_place_type<ClonedMap>, owner, placements);
    case Scheme::Keyed:
        return Chosen(std::in_place_type<KeyedWindow>, owner, placements);
    case Scheme::InPlace:
        break;
    }
    return Chosen(std::in_place_type<InPlace>, placements);
}

Window::Window(DomainId owner, DomainKind kind, const Placements& placements)
    : owner_(owner), kind_(kind), holders_(placements.tlb.holders(owner)), chosen_(choose(owner, kind, placements)),
      base_(with(chosen_, [](const auto& policy) { return policy.base(); })) {}

Window::~Window() { kernel::ensure(loaded_on().empty(), "a window ends while a CPU has it loaded"); }

kernel::Result<> Window::map(PhysRange range) {
    TRY(reserve(range));
    map_reserved(range);
    return {};
}

kernel::Result<> Window::reserve_pages(std::span<const Pfn> pages) {
    for (std::size_t i = 0; i < pages.size(); ++i) {
        // Pages of one block come in a row as a rule.
        if (i == 0 || pages[i].raw() >> order_2m.raw() != pages[i - 1].raw() >> order_2m.raw()) {
            TRY(reserve(PhysRange::of(pages[i], order_4k)));
        }
    }
    return {};
}

void Window::unmap(PhysRange range) {
    TlbBatch flushes = batch();
    unmap(range, flushes);
}

} // namespace mm
