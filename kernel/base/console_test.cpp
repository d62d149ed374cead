// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"

#include <algorithm>
#include <array>

#include "kernel/base/log.hpp"
#include "kernel/test/test.hpp"

namespace {

std::array<char, 512> captured;
std::size_t captured_size;

void capture(std::string_view bytes) {
    const std::size_t n = std::min(bytes.size(), captured.size() - captured_size);
    std::copy_n(bytes.data(), n, captured.data() + captured_size);
    captured_size += n;
}

/// Redirects the console for its lifetime. The text is read after it has ended, because a failing
/// CHECK wants to print.
class Capture {
public:
    Capture() : before_(kernel::console::set_sink(capture)) { captured_size = 0; }
    ~Capture() { kernel::console::set_sink(before_); }
    static std::string_view text() { return {captured.data(), captured_size}; }

private:
    kernel::console::Sink before_;
};

} // namespace

LACUNA_TEST("base.console", "prints formatted text") {
    {
        Capture capture;
        kernel::print("{:>4}|{:#x}|{}\n", 7, 255, std::string_view("abc"));
    }
    CHECK(Capture::text() == "   7|0xff|abc\n");
}

LACUNA_TEST("base.console", "passes on text longer than its buffer") {
    std::array<char, 300> line;
    line.fill('x');
    {
        Capture capture;
        kernel::print("{}", std::string_view(line.data(), line.size()));
    }
    CHECK(Capture::text() == std::string_view(line.data(), line.size()));
}

LACUNA_TEST("base.log", "drops what is below the level") {
    using kernel::log::Level;
    const Level before = kernel::log::level();
    {
        Capture capture;
        kernel::log::set_level(Level::Warn);
        kernel::log::info("quiet {}", 1);
        kernel::log::warn("loud {}", 2);
        kernel::log::set_level(before);
    }
    CHECK(Capture::text().ends_with("warn: loud 2\n"));
    CHECK(Capture::text().find("quiet") == std::string_view::npos);
}
