// SPDX-License-Identifier: MIT
// The host's tests with mutants: LACUNA_MUTATE=NUMBER in the environment says whose turn it is; with
// LACUNA_MUTATE_REACHED=FILE each test leaves a line there: its name, what came of it, its seconds of computing and the
// places that it reached.
#if LACUNA_CATCH2_MAJOR >= 3
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
using Listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
using Listener = Catch::TestEventListenerBase;
#endif

#include "lacuna_mutate.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace lacuna_mutate {

unsigned active = nobody;
unsigned char reached[files * per_file];

namespace {

// Before other constructors, which may be mutants' places.
[[gnu::constructor(101)]] void choose() {
    if (const char* const number = std::getenv("LACUNA_MUTATE")) {
        active = static_cast<unsigned>(std::strtoul(number, nullptr, 10));
    }
}

class Reporter : public Listener {
public:
    using Listener::Listener;

    void testCaseStarting(const Catch::TestCaseInfo&) override {
        std::memset(reached, 0, sizeof reached);
        begin_ = std::clock();
    }

    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const char* const path = std::getenv("LACUNA_MUTATE_REACHED");
        std::FILE* const file = path != nullptr ? std::fopen(path, "a") : nullptr;
        if (file == nullptr) return;
        const char* const outcome = stats.totals.assertions.allPassed() ? "passed" : "failed";
        const double seconds = static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC;
#if LACUNA_CATCH2_MAJOR >= 3
        std::fprintf(file, "%s\t%s\t%.4f\t", stats.testInfo->name.c_str(), outcome, seconds);
#else
        std::fprintf(file, "%s\t%s\t%.4f\t", stats.testInfo.name.c_str(), outcome, seconds);
#endif
        for (unsigned number = 0; number < files * per_file; ++number) {
            if (reached[number] != 0) std::fprintf(file, "%x,", number);
        }
        std::fprintf(file, "\n");
        std::fclose(file);
    }

private:
    std::clock_t begin_ = 0;
};

CATCH_REGISTER_LISTENER(Reporter)

} // namespace

} // namespace lacuna_mutate
