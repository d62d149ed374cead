// SPDX-License-Identifier: MIT
#include "kernel/options/document.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include "kernel/base/console.hpp"
#include "kernel/test/test.hpp"

namespace {
std::string rendered;
}

LACUNA_TEST("options.document", "docs/boot-options.md is up to date") {
    const auto before = kernel::console::set_sink([](std::string_view bytes) { rendered += bytes; });
    kernel::print_options_markdown();
    kernel::console::set_sink(before);

    std::ifstream file(LACUNA_SOURCE_DIR "/docs/boot-options.md");
    std::stringstream stored;
    stored << file.rdbuf();
    INFO("run build/host/boot-options-doc > docs/boot-options.md");
    CHECK(stored.str() == rendered);
}
