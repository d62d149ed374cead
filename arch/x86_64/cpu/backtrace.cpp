// SPDX-License-Identifier: MIT
#include <arch/backtrace.hpp>

#include <arch/image.hpp>
#include <arch/probe.hpp>

#include <algorithm>

namespace arch {

namespace {

// What `push %rbp; mov %rsp, %rbp` leaves behind.
struct Frame {
    std::uint64_t caller;
    std::uint64_t return_address;
};

bool in_text(std::uint64_t address) {
    const auto sections = image_sections();
    return std::ranges::any_of(sections, [&](const ImageSection& section) {
        return section.flags == read_execute && section.begin.raw() <= address && address <= section.end.raw();
    });
}

} // namespace

std::size_t backtrace(std::uint64_t frame_pointer, std::span<std::uint64_t> out) {
    if constexpr (!has_frame_pointers) return 0;
    std::size_t count = 0;
    while (count < out.size() && frame_pointer % alignof(Frame) == 0) {
        Frame frame;
        const auto bytes = std::as_writable_bytes(std::span{&frame, 1});
        if (probe_read(mm::VirtAddr{frame_pointer}, bytes) != bytes.size()) break;
        if (!in_text(frame.return_address)) break;
        out[count++] = frame.return_address;
        frame_pointer = frame.caller;
    }
    return count;
}

} // namespace arch
