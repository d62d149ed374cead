// SPDX-License-Identifier: MIT
// Catch2 2 is one header, and one source must ask it for `main`. Catch2 3 brings its own.
#if LACUNA_CATCH2_MAJOR < 3
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
