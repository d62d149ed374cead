// SPDX-License-Identifier: MIT
#include "mm/domain/window.hpp"

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

void Window::unmap(PhysRange range) {
    TlbBatch flushes = batch();
    unmap(range, flushes);
}

} // namespace mm
