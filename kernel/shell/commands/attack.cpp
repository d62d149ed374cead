// SPDX-License-Identifier: MIT
// The attacker's bug, on purpose: reads and writes of any kernel address, with nothing checked on the way.
// A touch of what the loaded page table does not map faults like any other and ends the command's task.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernel/options/values.hpp"
#include "kernel/shell/commands/groups.hpp"

namespace kernel {
namespace {

constexpr std::size_t row_bytes = 16;
constexpr std::uint64_t most_bytes = 1024 * 1024;

/// One byte of memory, touched by exactly one instruction.
volatile std::uint8_t& byte_at(std::uint64_t address) {
    return *reinterpret_cast<volatile std::uint8_t*>(address); // NOLINT(performance-no-int-to-ptr)
}

void print_row(std::uint64_t address, std::span<const std::uint8_t> bytes) {
    std::array<char, row_bytes * 3> hex;
    std::array<char, row_bytes> text;
    hex.fill(' ');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex[i * 3] = digits[bytes[i] >> 4];
        hex[i * 3 + 1] = digits[bytes[i] & 15];
        text[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.';
    }
    print("{:016x}  {} {}\n", address, std::string_view(hex.data(), hex.size()),
          std::string_view(text.data(), bytes.size()));
}

Status peek(Arguments arguments) {
    if (arguments.empty() || arguments.size() > 2) return Status::BadUsage;
    const auto address = parse_number(arguments[0]);
    if (!address) return failed("peek: '{}' is not an address, such as 0xffff800000100000", arguments[0]);
    std::uint64_t remaining = row_bytes;
    if (arguments.size() == 2) {
        const auto count = parse_size(arguments[1]);
        if (!count || *count == 0 || *count > most_bytes) {
            return failed("peek: the number of bytes is 1 to {}, not '{}'", most_bytes, arguments[1]);
        }
        remaining = *count;
    }
    for (std::uint64_t at = *address; remaining > 0;) {
        std::array<std::uint8_t, row_bytes> row;
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining, row_bytes));
        for (std::size_t i = 0; i < n; ++i) row[i] = byte_at(at + i);
        print_row(at, std::span(row).first(n));
        at += n;
        remaining -= n;
    }
    return Status::Ok;
}

Status poke(Arguments arguments) {
    if (arguments.size() < 2) return Status::BadUsage;
    const auto address = parse_number(arguments[0]);
    if (!address) return failed("poke: '{}' is not an address, such as 0xffff800000100000", arguments[0]);
    // All bytes are read before the first is written: a slip of the pen changes nothing.
    std::array<std::uint8_t, 32> bytes;
    const Arguments values = arguments.subspan(1);
    if (values.size() > bytes.size()) return failed("poke: at most {} bytes at a time", bytes.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = parse_number(values[i]);
        if (!value || *value > 0xff) {
            return failed("poke: '{}' is not a byte; write 0 to 255 or 0x00 to 0xff", values[i]);
        }
        bytes[i] = static_cast<std::uint8_t>(*value);
    }
    for (std::size_t i = 0; i < values.size(); ++i) byte_at(*address + i) = bytes[i];
    print("{} bytes written at {:#x}\n", values.size(), *address);
    return Status::Ok;
}

constexpr Command commands[] = {
    {"peek", "ADDRESS [BYTES]", "Read any kernel address with what this namespace maps; 16 bytes unless told.",
     Place::OwnTask, peek},
    {"poke", "ADDRESS BYTE...", "Write bytes to any kernel address.", Place::OwnTask, poke},
};

} // namespace

constinit const CommandGroup attack_commands{"The attacker's bug", commands};

} // namespace kernel
