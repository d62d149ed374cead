// SPDX-License-Identifier: MIT
#include "kernel/test/test.hpp"

#include <arch/acpi.hpp>

#include <array>
#include <cstring>

namespace {

// A small physical memory of the test's own, from 0x1000 on, with a root pointer, an XSDT and a
// MADT in it.
constexpr std::uint64_t memory_begin = 0x1000;
constexpr std::uint64_t rsdp_at = 0x1000;
constexpr std::uint64_t xsdt_at = 0x1100;
constexpr std::uint64_t madt_at = 0x1200;
constexpr std::uint32_t madt_bytes = 44 + 8 + 12 + 10;
constexpr std::uint32_t xsdt_bytes = 36 + 8;

constinit std::array<std::byte, 0x400> memory{};

std::span<const std::byte> read_memory(mm::PhysAddr address, std::uint64_t bytes) {
    const std::uint64_t offset = address.raw() - memory_begin;
    if (address.raw() < memory_begin || offset + bytes > memory.size()) return {};
    return std::span{memory}.subspan(offset, bytes);
}

template <class T>
void put(std::uint64_t address, T value) {
    std::memcpy(&memory[address - memory_begin], &value, sizeof value);
}

void put_text(std::uint64_t address, std::string_view text) {
    std::memcpy(&memory[address - memory_begin], text.data(), text.size());
}

void seal(std::uint64_t table, std::uint64_t bytes, std::uint64_t checksum_offset) {
    put<std::uint8_t>(table + checksum_offset, 0);
    std::uint8_t sum = 0;
    for (const std::byte byte : std::span{memory}.subspan(table - memory_begin, bytes))
        sum = static_cast<std::uint8_t>(sum + std::to_integer<unsigned>(byte));
    put(table + checksum_offset, static_cast<std::uint8_t>(-sum));
}

void put_header(std::uint64_t table, std::string_view signature, std::uint32_t bytes) {
    put_text(table, signature);
    put(table + 4, bytes);
}

void build_tables() {
    memory.fill(std::byte{0});
    put_text(rsdp_at, "RSD PTR ");
    put<std::uint8_t>(rsdp_at + 15, 2);
    put<std::uint32_t>(rsdp_at + 20, 36);
    put<std::uint64_t>(rsdp_at + 24, xsdt_at);
    seal(rsdp_at, 20, 8);
    seal(rsdp_at, 36, 32);

    put_header(xsdt_at, "XSDT", xsdt_bytes);
    put<std::uint64_t>(xsdt_at + 36, madt_at);
    seal(xsdt_at, xsdt_bytes, 9);

    put_header(madt_at, "APIC", madt_bytes);
    put<std::uint32_t>(madt_at + 36, 0xfee0'0000);
    constexpr std::array<std::uint8_t, 30> entries{
        0, 8,  0, 7, 1,  0, 0,    0,                     // CPU with APIC number 7, enabled
        1, 12, 0, 0, 0,  0, 0xc0, 0xfe, 24,     0, 0, 0, // I/O APIC at 0xfec00000, from interrupt 24
        2, 10, 0, 4, 21, 0, 0,    0,    0b1111, 0,       // line 4 is interrupt 21, low, level
    };
    std::memcpy(&memory[madt_at + 44 - memory_begin], entries.data(), entries.size());
    seal(madt_at, madt_bytes, 9);
}

std::string_view complaint() {
    const auto parsed = arch::parse_acpi(mm::PhysAddr{rsdp_at}, read_memory);
    return parsed ? "none" : parsed.error();
}

} // namespace

LACUNA_TEST("arch.acpi", "good tables give CPUs, I/O APICs and overrides") {
    build_tables();
    const auto info = arch::parse_acpi(mm::PhysAddr{rsdp_at}, read_memory);
    REQUIRE(info.has_value());
    CHECK(info->local_apic == mm::PhysAddr{0xfee0'0000});
    REQUIRE(info->cpu_count == 1);
    CHECK(info->cpus[0] == 7);
    REQUIRE(info->io_apic_count == 1);
    CHECK(info->io_apics[0].registers == mm::PhysAddr{0xfec0'0000});
    CHECK(info->io_apics[0].first_interrupt == 24);
    REQUIRE(info->override_count == 1);
    CHECK(info->overrides[0].interrupt == 21);
    CHECK(info->overrides[0].active_low);
    CHECK(info->overrides[0].level_triggered);
    CHECK_FALSE(info->has_config_space);
}

LACUNA_TEST("arch.acpi", "each kind of damage is named") {
    build_tables();
    put<std::uint8_t>(rsdp_at, 'X');
    CHECK(complaint() == "ACPI: no root pointer where the loader says it is");

    build_tables();
    put<std::uint8_t>(rsdp_at + 9, 1);
    CHECK(complaint() == "ACPI: root pointer: bad checksum");

    build_tables();
    put<std::uint8_t>(xsdt_at + 10, 1);
    CHECK(complaint() == "ACPI: root table: bad checksum");

    build_tables();
    put<std::uint32_t>(xsdt_at + 4, 12);
    CHECK(complaint() == "ACPI: root table: bad length");

    build_tables();
    put<std::uint8_t>(madt_at + 10, 1);
    CHECK(complaint() == "ACPI: MADT: bad checksum");

    build_tables();
    put<std::uint32_t>(madt_at + 4, 0x10'0000);
    CHECK(complaint() == "ACPI: MADT: bad length");

    build_tables();
    put<std::uint8_t>(madt_at + 45, 0);
    seal(madt_at, madt_bytes, 9);
    CHECK(complaint() == "ACPI: MADT: an entry has a bad length");

    build_tables();
    put_text(madt_at, "OTHR");
    CHECK(complaint() == "ACPI: no MADT");
}

LACUNA_TEST("arch.acpi", "this machine has a local APIC and at least one CPU") {
    CHECK(arch::acpi_info().local_apic.raw() != 0);
    CHECK(arch::acpi_info().cpu_count >= 1);
}
