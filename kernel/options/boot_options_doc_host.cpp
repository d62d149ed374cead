// SPDX-License-Identifier: MIT
// The host tool boot-options-doc: prints docs/boot-options.md.
#include <cstdio>

#include "kernel/base/console.hpp"
#include "kernel/options/document.hpp"

int main() {
    kernel::console::set_sink([](std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); });
    kernel::print_options_markdown();
    return 0;
}
