// SPDX-License-Identifier: MIT
#include <arch/image.hpp>

#include <array>

// Defined by link.ld; only the addresses mean anything.
extern "C" {
extern const std::byte __rodata_start[];
extern const std::byte __rodata_end[];
extern const std::byte __text_start[];
extern const std::byte __text_end[];
extern const std::byte __data_start[];
extern const std::byte __data_end[];
extern const std::byte __nstemplate_start[];
extern const std::byte __nstemplate_end[];
extern const std::byte __bss_start[];
extern const std::byte __bss_end[];
extern const std::byte __symbols_start[];
extern const std::byte __symbols_end[];
}

namespace arch {

namespace {

mm::VirtAddr address(const std::byte* symbol) { return mm::VirtAddr{reinterpret_cast<std::uint64_t>(symbol)}; }

} // namespace

std::span<const ImageSection> image_sections() {
    static const std::array sections{
        ImageSection{"rodata", address(__rodata_start), address(__rodata_end), read_only},
        ImageSection{"text", address(__text_start), address(__text_end), read_execute},
        ImageSection{"data", address(__data_start), address(__data_end), read_write},
        ImageSection{"template", address(__nstemplate_start), address(__nstemplate_end), read_only},
        ImageSection{"bss", address(__bss_start), address(__bss_end), read_write},
        ImageSection{"symbols", address(__symbols_start), address(__symbols_end), read_only},
    };
    return sections;
}

std::span<const std::byte> namespace_template() { return {__nstemplate_start, __nstemplate_end}; }

std::span<const std::byte> symbol_table() { return {__symbols_start, __symbols_end}; }

} // namespace arch
