// SPDX-License-Identifier: MIT
#include "mm/slab/object_checks.hpp"

#include <cstring>
#include <optional>

#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "mm/testing/system.hpp"

namespace {

using mm::Corruption;
using mm::CorruptionKind;
using mm::Poison;
using mm::RedZone;
using mm::SharedCache;
using mm::testing::System;

std::optional<Corruption> last_report;

/// Collects reports instead of panicking, for a scope.
struct Collect {
    Collect() : before(mm::set_corruption_handler([](const Corruption& found) { last_report = found; })) {
        last_report.reset();
    }
    ~Collect() { mm::set_corruption_handler(before); }
    mm::CorruptionHandler before;
};

/// A cache with checks, whatever the boot options say, outside the registry.
struct Checked {
    Checked(Poison poison, RedZone red_zone)
        : cache(system.memory(), {.name = "checked", .size = 100}, 63, poison, red_zone) {}
    ~Checked() { cache.shrink(); }
    std::uint8_t* alloc() { return static_cast<std::uint8_t*>(*cache.alloc()); }
    System system;
    SharedCache cache;
};

bool reported(CorruptionKind kind, const void* object, std::ptrdiff_t offset) {
    return last_report && last_report->kind == kind && last_report->cache == "checked" &&
           last_report->object == object && last_report->offset == offset;
}

LACUNA_TEST("mm.slab.checks", "correct use reports nothing") {
    Collect collect;
    Checked checked(Poison::Yes, RedZone::Yes);
    for (int round = 0; round < 3; ++round) {
        std::uint8_t* objects[100];
        for (auto& object : objects) std::memset(object = checked.alloc(), 0xff, 100);
        for (auto* object : objects) checked.cache.free(object);
    }
    CHECK_FALSE(last_report.has_value());
}

LACUNA_TEST("mm.slab.checks", "a byte beyond the end is an overrun") {
    Collect collect;
    Checked checked(Poison::No, RedZone::Yes);
    std::uint8_t* const object = checked.alloc();
    object[100] = 0;
    checked.cache.free(object);
    CHECK(reported(CorruptionKind::Overrun, object, 100));
}

LACUNA_TEST("mm.slab.checks", "a byte before the start is an underrun") {
    Collect collect;
    Checked checked(Poison::No, RedZone::Yes);
    std::uint8_t* const object = checked.alloc();
    object[-1] = 0;
    checked.cache.free(object);
    CHECK(reported(CorruptionKind::Underrun, object, -1));
}

LACUNA_TEST("mm.slab.checks", "a write after free is found at the next allocation") {
    Collect collect;
    Checked checked(Poison::Yes, RedZone::No);
    std::uint8_t* const object = checked.alloc();
    checked.cache.free(object);
    object[42] = 1;
    CHECK(checked.alloc() == object);
    CHECK(reported(CorruptionKind::UseAfterFree, object, 42));
    checked.cache.free(object);
}

LACUNA_TEST("mm.slab.checks", "a second free is reported and ignored") {
    Collect collect;
    Checked checked(Poison::Yes, RedZone::Yes);
    std::uint8_t* const object = checked.alloc();
    checked.cache.free(object);
    checked.cache.free(object);
    CHECK(reported(CorruptionKind::DoubleFree, object, 0));
    std::uint8_t* const first = checked.alloc();
    std::uint8_t* const second = checked.alloc();
    CHECK(first != second);
    checked.cache.free(first);
    checked.cache.free(second);
}

LACUNA_TEST("mm.slab.checks", "without them, the same mistakes go unseen") {
    Collect collect;
    Checked checked(Poison::No, RedZone::No);
    std::uint8_t* const object = checked.alloc();
    object[100] = 0; // padding up to the next object
    checked.cache.free(object);
    object[42] = 1;
    CHECK(checked.alloc() == object);
    CHECK_FALSE(last_report.has_value());
    checked.cache.free(object);
}

} // namespace
