// SPDX-License-Identifier: MIT
#include "mm/domain/shared_safe.hpp"

#include <atomic>

#include "kernel/test/test.hpp"
#include "mm/domain/exclusive_pages.hpp"

namespace {

using mm::ExclusivePtr;
using mm::SharedSafe;

struct Plain {
    int number;
    void* shared_pointer;
    std::atomic<int> count;
    std::array<int, 100> many;
};
struct Direct {
    int number;
    ExclusivePtr<int> pointer;
};
struct Nested {
    Plain plain;
    int number;
    Direct direct;
};
struct InArray {
    std::array<Direct, 4> many;
    char last;
};
struct InPlainArray {
    Direct many[2];
    char last;
};
struct Stack {
    mm::ExclusivePages pages; // frame numbers, no pointer: a task may own its stack
    unsigned depth;
};

static_assert(SharedSafe<int> && SharedSafe<void*> && SharedSafe<Plain> && SharedSafe<Stack>);
static_assert(!SharedSafe<ExclusivePtr<int>> && !SharedSafe<Direct> && !SharedSafe<Nested>);
static_assert(!SharedSafe<InArray> && !SharedSafe<InPlainArray> && !SharedSafe<ExclusivePtr<int>[3]>);

/// What the rule is for: a shared structure of this state is ill-formed.
template <class State>
concept MakesSharedState = requires { typename mm::SharedState<State>; };
static_assert(MakesSharedState<Plain> && !MakesSharedState<Nested>);

// Nor does an exclusive pointer turn into a plain one on its own, or the reverse.
static_assert(!std::is_convertible_v<ExclusivePtr<int>, int*> && !std::is_convertible_v<int*, ExclusivePtr<int>>);
static_assert(!std::is_convertible_v<ExclusivePtr<int>, void*>);

LACUNA_TEST("mm.shared_safe", "finds an exclusive pointer at compile time") {
    CHECK(SharedSafe<Plain>);
    CHECK_FALSE(SharedSafe<Nested>);
}

} // namespace
