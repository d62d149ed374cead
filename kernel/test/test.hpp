// SPDX-License-Identifier: MIT
#pragma once

/// One spelling for tests in both worlds. On the host these are Catch2's macros; in the kernel the test
/// goes into a linker section and reports KTAP (registry.hpp). A test that is to run in both uses only
/// what is here:
///
///     LACUNA_TEST("mm.buddy", "merges neighbours") {
///         REQUIRE(block);             // on failure the test ends; only in functions returning void
///         CHECK(free_pages() == 32);  // on failure the test goes on
///     }
///
/// Also CHECK_FALSE, REQUIRE_FALSE, FAIL(text) and SKIP(reason).

#ifdef LACUNA_HOST

#if LACUNA_CATCH2_MAJOR >= 3
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#define SKIP(reason)  \
    do {              \
        WARN(reason); \
        return;       \
    } while (false)
#endif

#define LACUNA_TEST(suite, name) TEST_CASE(suite ": " name, "[" suite "]")

#else

#include "kernel/test/expression.hpp"
#include "kernel/test/registry.hpp"

#define LACUNA_TEST_JOIN_(a, b) a##b
#define LACUNA_TEST_JOIN(a, b) LACUNA_TEST_JOIN_(a, b)
#define LACUNA_TEST_NAMED(suite, name, function)                                                                 \
    static void function();                                                                                      \
    [[gnu::section("lacuna_tests"), gnu::used,                                                                   \
      gnu::retain]] static constinit const kernel::test::TestCase LACUNA_TEST_JOIN(function, _case){suite, name, \
                                                                                                    &function};  \
    static void function()
#define LACUNA_TEST(suite, name) LACUNA_TEST_NAMED(suite, name, LACUNA_TEST_JOIN(lacuna_test_, __COUNTER__))

#define LACUNA_EXPECT(...)                                                                 \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wparentheses\"") \
        kernel::test::expect(kernel::test::Decompose() <= __VA_ARGS__, #__VA_ARGS__) _Pragma("clang diagnostic pop")
#define CHECK(...) static_cast<void>(LACUNA_EXPECT(__VA_ARGS__))
#define CHECK_FALSE(...) CHECK(!(__VA_ARGS__))
#define REQUIRE(...)                             \
    do {                                         \
        if (!LACUNA_EXPECT(__VA_ARGS__)) return; \
    } while (false)
#define REQUIRE_FALSE(...) REQUIRE(!(__VA_ARGS__))
#define FAIL(text)                     \
    do {                               \
        kernel::test::fail_test(text); \
        return;                        \
    } while (false)
#define SKIP(reason)                     \
    do {                                 \
        kernel::test::skip_test(reason); \
        return;                          \
    } while (false)

#endif
