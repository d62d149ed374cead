// SPDX-License-Identifier: MIT
#include "mm/slab.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "kernel/base/events.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/system.hpp"

namespace {

using kernel::Error;
using mm::CacheSpec;
using mm::CacheStatistics;
using mm::Domain;
using mm::DomainKind;
using mm::ExclusiveCache;
using mm::SharedCache;
using mm::testing::Inside;
using mm::testing::make_domain;
using mm::testing::System;

/// The cache of that name; made if an earlier run of the test has not made it, as caches live for
/// ever.
SharedCache& shared_cache(System& system, const CacheSpec& spec) {
    auto& slabs = system.memory().slabs();
    if (const auto made = slabs.create_shared(spec)) return **made;
    return **slabs.find_shared(spec.name);
}

ExclusiveCache exclusive_cache(System& system, const CacheSpec& spec) {
    auto& slabs = system.memory().slabs();
    if (const auto made = slabs.create_exclusive(spec)) return *made;
    return *slabs.find_exclusive(spec.name);
}

LACUNA_TEST("mm.slab", "objects are distinct, aligned and keep what is written") {
    System system;
    for (const std::size_t size : {8u, 24u, 56u, 96u, 200u, 1000u, 3000u, 8192u}) {
        SharedCache cache(system.memory(), {.name = "test", .size = size, .align = 64}, 63, mm::Poison::No,
                          mm::RedZone::No);
        std::vector<void*> objects;
        for (std::size_t i = 0; i < 300; ++i) {
            const auto object = cache.alloc();
            REQUIRE(object.has_value());
            REQUIRE(reinterpret_cast<std::uintptr_t>(*object) % 64 == 0);
            std::memset(*object, static_cast<int>(i % 251), size);
            objects.push_back(*object);
        }
        bool intact = true;
        for (std::size_t i = 0; i < objects.size(); ++i) {
            const std::span bytes(static_cast<const std::uint8_t*>(objects[i]), size);
            intact = intact && std::ranges::all_of(bytes, [&](std::uint8_t byte) { return byte == i % 251; });
        }
        CHECK(intact);
        for (void* object : objects) cache.free(object);
        cache.shrink();
    }
}

/// Random allocations and frees; true if no object was handed out while in use.
bool is_sound_at_random(SharedCache& cache) {
    mm::testing::Random random;
    std::vector<void*> live;
    std::set<void*> known;
    for (int step = 0; step < 20'000; ++step) {
        if (random.below(100) < 52 || live.empty()) {
            const auto object = cache.alloc();
            if (!object || !known.insert(*object).second) return false;
            live.push_back(*object);
        } else {
            std::swap(live[random.below(live.size())], live.back());
            known.erase(live.back());
            cache.free(live.back());
            live.pop_back();
        }
    }
    for (void* object : live) cache.free(object);
    return true;
}

LACUNA_TEST("mm.slab", "random use never hands an object out twice, and all slabs come back") {
    System system;
    SharedCache& cache = shared_cache(system, {.name = "test-random", .size = 72});
    REQUIRE(is_sound_at_random(cache)); // afterwards every magazine that it takes is there
    CHECK(mm::testing::gives_all_back(system.memory(), [&] { is_sound_at_random(cache); }));
}

LACUNA_TEST("mm.slab", "caches are found by name, and made once") {
    System system;
    auto& slabs = system.memory().slabs();
    SharedCache& cache = shared_cache(system, {.name = "test-named", .size = 40});
    CHECK(*slabs.find_shared("test-named") == &cache);
    CHECK(slabs.create_shared({.name = "test-named", .size = 40}).error() == Error::Exists);
    CHECK(slabs.create_shared({.name = "zero", .size = 0}).error() == Error::InvalidArgument);
    CHECK(slabs.create_shared({.name = "huge", .size = 100'000}).error() == Error::InvalidArgument);
    CHECK(slabs.create_shared({.name = "odd", .size = 8, .align = 3}).error() == Error::InvalidArgument);
    CHECK(slabs.find_shared("no such cache").error() == Error::NotFound);
}

LACUNA_TEST("mm.slab", "an address leads to its cache and object") {
    System system;
    SharedCache& cache = shared_cache(system, {.name = "test-found", .size = 120});
    const auto object = cache.alloc();
    REQUIRE(object.has_value());
    const auto found = system.memory().slabs().find(static_cast<std::byte*>(*object) + 17);
    REQUIRE(found.has_value());
    CHECK(found->cache == "test-found");
    CHECK(found->object == reinterpret_cast<std::uintptr_t>(*object));
    CHECK(found->offset == 17);
    CHECK(found->size == 120);
    CHECK(found->owner == mm::shared_domain);
    cache.free(*object);
    int local = 0;
    CHECK_FALSE(system.memory().slabs().find(&local).has_value());
}

LACUNA_TEST("mm.slab", "exclusive objects are in the owner's frames, in a child of its own") {
    System system;
    const ExclusiveCache cache = exclusive_cache(system, {.name = "test-exclusive", .size = 256});
    const auto red = make_domain(system.memory(), "red");
    const auto blue = make_domain(system.memory(), "blue");
    std::vector<void*> reds;
    {
        Inside inside(system.spaces(), *red);
        for (int i = 0; i < 100; ++i) {
            const auto object = cache.alloc(*red);
            REQUIRE(object.has_value());
            CHECK(red->owns(*object));
            CHECK_FALSE(blue->owns(*object));
            std::memset(*object, 0x42, 256);
            reds.push_back(*object);
        }
        const auto found = system.memory().slabs().find(reds[50]);
        REQUIRE(found.has_value());
        CHECK(found->cache == "test-exclusive");
        CHECK(found->owner == red->id());
    }
    {
        Inside inside(system.spaces(), *blue);
        const auto object = cache.alloc(*blue);
        REQUIRE(object.has_value());
        CHECK(blue->owns(*object));
        CHECK(std::ranges::find(reds, *object) == reds.end());
    }
    const auto active_in = [&](const Domain& domain) {
        std::uint64_t active = 0;
        system.memory().slabs().for_each_in(domain, [&](const CacheStatistics& statistics) {
            if (statistics.name == "test-exclusive") active = statistics.active;
        });
        return active;
    };
    CHECK(active_in(*red) >= 100);
    CHECK(active_in(*blue) >= 1);
    CHECK(active_in(*blue) < 100);
}

LACUNA_TEST("mm.slab", "the owner can list its live objects, and no others") {
    System system;
    const ExclusiveCache cache = exclusive_cache(system, {.name = "test-live", .size = 64});
    const auto red = make_domain(system.memory(), "red");
    Inside inside(system.spaces(), *red);
    std::set<void*> expected;
    std::vector<void*> freed;
    for (int i = 0; i < 200; ++i) {
        const auto object = cache.alloc(*red);
        REQUIRE(object.has_value());
        if (i % 3 == 0) {
            freed.push_back(*object);
        } else {
            expected.insert(*object);
        }
    }
    for (void* object : freed) cache.free(*red, object);
    std::set<void*> listed;
    system.memory().slabs().for_each_live(*red, [&](void* object, std::size_t size, std::string_view name) {
        if (name == "test-live" && size == 64) listed.insert(object);
    });
    CHECK(listed == expected);
}

LACUNA_TEST("mm.slab", "objects that go with their domain count as freed") {
    System system;
    const ExclusiveCache cache = exclusive_cache(system, {.name = "test-ending", .size = 64});
    constexpr int count = 500; // more than the rest of the system frees meanwhile
    auto red = make_domain(system.memory(), "red");
    {
        Inside inside(system.spaces(), *red);
        for (int i = 0; i < count; ++i) REQUIRE(cache.alloc(*red).has_value());
    }
    const auto before = kernel::snapshot_events();
    red.reset();
    CHECK(kernel::snapshot_events().since(before)[kernel::Event::ObjectsFreed] >= count);
}

LACUNA_TEST("mm.slab", "outside a domain, exclusive memory is an error and not shared memory") {
    System system;
    const ExclusiveCache cache = exclusive_cache(system, {.name = "test-outside", .size = 32});
    Domain* const nobody = nullptr;
    const auto object = cache.alloc(nobody);
    REQUIRE_FALSE(object.has_value());
    CHECK(object.error() == Error::NoDomain);
}

LACUNA_TEST("mm.slab", "a child reaches its domain's limit with an error, and recovers") {
    System system;
    const ExclusiveCache cache = exclusive_cache(system, {.name = "test-limit", .size = 1024});
    const auto red = make_domain(system.memory(), "red");
    Inside inside(system.spaces(), *red);
    red->set_limit(red->books().owned + mm::PageCount{16});
    std::vector<void*> objects;
    kernel::Result<void*> object = cache.alloc(*red);
    for (; object; object = cache.alloc(*red)) objects.push_back(*object);
    CHECK(object.error() == Error::DomainLimit);
    CHECK(objects.size() >= 24);
    for (void* each : objects) cache.free(*red, each);
    CHECK(cache.alloc(*red).has_value());
}

} // namespace
