// SPDX-License-Identifier: MIT
#include "kernel/diag/symbols.hpp"
#include "kernel/test/test.hpp"

#include <arch/backtrace.hpp>
#include <arch/image.hpp>

#include <array>

LACUNA_TEST("arch.image", "the sections are whole pages without gaps, none writable and executable") {
    const auto sections = arch::image_sections();
    for (std::size_t i = 0; i < sections.size(); ++i) {
        CHECK(sections[i].begin.is_aligned(mm::page_size));
        CHECK(sections[i].begin <= sections[i].end);
        if (i > 0) CHECK(sections[i].begin == sections[i - 1].end);
        const bool writable = (sections[i].flags & arch::PteFlags::Writable) != arch::PteFlags::None;
        const bool executable = (sections[i].flags & arch::PteFlags::NoExecute) == arch::PteFlags::None;
        CHECK_FALSE((writable && executable));
    }
}

LACUNA_TEST("arch.image", "addresses of code have names") {
    const auto here = reinterpret_cast<std::uint64_t>(&arch::image_sections);
    const auto symbol = kernel::find_symbol(here + 1);
    REQUIRE(symbol.has_value());
    CHECK(symbol->name == "arch::image_sections");
    CHECK(symbol->begin == here);
    CHECK_FALSE(kernel::find_symbol(0).has_value());
    CHECK_FALSE(kernel::find_symbol(~std::uint64_t{0}).has_value());
}

LACUNA_TEST("arch.image", "a backtrace stops at what is no frame") {
    std::array<std::uint64_t, 32> addresses{};
    CHECK(arch::backtrace(arch::frame_pointer(), addresses) >= 2);
    CHECK(arch::backtrace(0, addresses) == 0);
    CHECK(arch::backtrace(0x5555'0000'0000, addresses) == 0);
    CHECK(arch::backtrace(arch::frame_pointer() + 1, addresses) == 0);
}
