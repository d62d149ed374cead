// SPDX-License-Identifier: MIT
#include "mm/slab/object_checks.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace mm {

namespace {

// Odd patterns: no pointer is valid and no count is small in them.
constexpr std::byte poison_byte{0x6d};
constexpr std::byte guard_byte{0xc3};
constexpr std::uint32_t live_state = 0x4c495645;
constexpr std::uint32_t free_state = 0x46524545;

std::uint32_t load_state(const std::byte* trailer) {
    std::uint32_t state;
    std::memcpy(&state, trailer + 4, sizeof state);
    return state;
}

void store_state(std::byte* trailer, std::uint32_t state) { std::memcpy(trailer + 4, &state, sizeof state); }

} // namespace

void ObjectChecks::prepare(std::byte* cell) const {
    fill_guards(cell);
    fill_poison(cell);
    store_state(cell + geometry_.link_offset(), free_state);
}

void ObjectChecks::on_take(std::byte* cell) const {
    std::byte* const trailer = cell + geometry_.link_offset();
    if (load_state(trailer) != free_state) found(CorruptionKind::BadState, cell, geometry_.link_offset() + 4);
    check_guards(cell);
    if (geometry_.poison() == Poison::Yes) {
        const std::span object(cell + geometry_.object_offset(), geometry_.size());
        const auto bad = std::ranges::find_if(object, [](std::byte byte) { return byte != poison_byte; });
        if (bad != object.end()) {
            found(CorruptionKind::UseAfterFree, cell, static_cast<std::size_t>(&*bad - cell));
        }
    }
    store_state(trailer, live_state);
}

bool ObjectChecks::on_put(std::byte* cell) const {
    std::byte* const trailer = cell + geometry_.link_offset();
    const std::uint32_t state = load_state(trailer);
    if (state == free_state) {
        found(CorruptionKind::DoubleFree, cell, geometry_.object_offset());
        return false;
    }
    if (state != live_state) found(CorruptionKind::BadState, cell, geometry_.link_offset() + 4);
    check_guards(cell);
    fill_poison(cell);
    store_state(trailer, free_state);
    return true;
}

void ObjectChecks::check_guards(std::byte* cell) const {
    if (geometry_.red_zone() == RedZone::No) return;
    const std::size_t end = geometry_.object_offset() + geometry_.size();
    bool bad = false;
    for (std::size_t at = 0; at < geometry_.object_offset() && !bad; ++at) {
        if (cell[at] == guard_byte) continue;
        found(CorruptionKind::Underrun, cell, at);
        bad = true;
    }
    for (std::size_t at = end; at < geometry_.link_offset() && !bad; ++at) {
        if (cell[at] == guard_byte) continue;
        found(CorruptionKind::Overrun, cell, at);
        bad = true;
    }
    if (bad) fill_guards(cell);
}

void ObjectChecks::fill_guards(std::byte* cell) const {
    if (geometry_.red_zone() == RedZone::No) return;
    const std::size_t end = geometry_.object_offset() + geometry_.size();
    std::fill(cell, cell + geometry_.object_offset(), guard_byte);
    std::fill(cell + end, cell + geometry_.link_offset(), guard_byte);
}

void ObjectChecks::fill_poison(std::byte* cell) const {
    if (geometry_.poison() == Poison::No) return;
    std::byte* const object = cell + geometry_.object_offset();
    std::fill(object, object + geometry_.size(), poison_byte);
}

void ObjectChecks::found(CorruptionKind kind, const std::byte* cell, std::size_t at) const {
    report({.kind = kind,
            .cache = cache_.name(),
            .object = cell + geometry_.object_offset(),
            .offset = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(geometry_.object_offset())});
}

} // namespace mm
