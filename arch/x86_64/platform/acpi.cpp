// SPDX-License-Identifier: MIT
#include <arch/acpi.hpp>

#include "arch/x86_64/platform/acpi_checksum.hpp"

#include <cstring>

namespace arch {

namespace {

using Bytes = std::span<const std::byte>;
using Outcome = std::expected<void, std::string_view>;

std::unexpected<std::string_view> bad(std::string_view why) { return std::unexpected(why); }

/// The field at `offset`; zero beyond the end, which the callers' length checks rule out where it
/// matters.
template <class T>
T field(Bytes bytes, std::size_t offset) {
    T value{};
    if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

bool signature_is(Bytes table, std::string_view signature) {
    return table.size() >= signature.size() && std::memcmp(table.data(), signature.data(), signature.size()) == 0;
}

constexpr std::size_t header_bytes = 36; // the head that all description tables share, 5.2.6
constexpr std::uint32_t max_table_bytes = 1024 * 1024;

/// A whole table with its length and checksum verified.
std::expected<Bytes, std::string_view> read_table(mm::PhysAddr address, PhysicalReader read,
                                                  std::string_view bad_length, std::string_view bad_sum) {
    const Bytes head = read(address, header_bytes);
    const auto length = field<std::uint32_t>(head, 4);
    if (head.empty() || length < header_bytes || length > max_table_bytes) return bad(bad_length);
    const Bytes table = read(address, length);
    if (table.empty()) return bad(bad_length);
    if (!acpi_checksum_holds(table)) return bad(bad_sum);
    return table;
}

/// Calls `use(type, body)` for each entry of the MADT, 5.2.12.
template <class Use>
Outcome for_each_entry(Bytes madt, Use&& use) {
    constexpr std::size_t first = 44;
    for (std::size_t at = first; at < madt.size();) {
        const auto length = field<std::uint8_t>(madt, at + 1);
        if (length < 2 || at + length > madt.size()) return bad("ACPI: MADT: an entry has a bad length");
        use(field<std::uint8_t>(madt, at), madt.subspan(at, length));
        at += length;
    }
    return {};
}

void read_local_apic(Bytes entry, AcpiInfo& info) {
    constexpr std::uint32_t enabled = 1;
    if ((field<std::uint32_t>(entry, 4) & enabled) == 0 || info.cpu_count == info.cpus.size()) return;
    info.cpus[info.cpu_count++] = field<std::uint8_t>(entry, 3);
}

void read_io_apic(Bytes entry, AcpiInfo& info) {
    if (info.io_apic_count == info.io_apics.size()) return;
    info.io_apics[info.io_apic_count++] = {mm::PhysAddr{field<std::uint32_t>(entry, 4)},
                                           field<std::uint32_t>(entry, 8)};
}

void read_override(Bytes entry, AcpiInfo& info) {
    if (info.override_count == info.overrides.size()) return;
    const auto flags = field<std::uint16_t>(entry, 8);
    info.overrides[info.override_count++] = {
        .line = field<std::uint8_t>(entry, 3),
        .interrupt = field<std::uint32_t>(entry, 4),
        .active_low = (flags & 0b0011) == 0b0011,
        .level_triggered = (flags & 0b1100) == 0b1100,
    };
}

Outcome read_madt(Bytes madt, AcpiInfo& info) {
    info.local_apic = mm::PhysAddr{field<std::uint32_t>(madt, 36)};
    return for_each_entry(madt, [&](std::uint8_t type, Bytes entry) {
        if (type == 0 && entry.size() >= 8) read_local_apic(entry, info);
        if (type == 1 && entry.size() >= 12) read_io_apic(entry, info);
        if (type == 2 && entry.size() >= 10) read_override(entry, info);
        if (type == 5 && entry.size() >= 12) info.local_apic = mm::PhysAddr{field<std::uint64_t>(entry, 4)};
    });
}

/// PCI Firmware specification 3.3, 4.1.2. The first segment group is all that a PC has.
Outcome read_mcfg(Bytes mcfg, AcpiInfo& info) {
    constexpr std::size_t first = 44;
    constexpr std::size_t entry_bytes = 16;
    if (mcfg.size() < first + entry_bytes) return {};
    info.config_space = {
        .base = mm::PhysAddr{field<std::uint64_t>(mcfg, first)},
        .first_bus = field<std::uint8_t>(mcfg, first + 10),
        .last_bus = field<std::uint8_t>(mcfg, first + 11),
    };
    if (info.config_space.last_bus < info.config_space.first_bus) return bad("ACPI: MCFG: bad bus range");
    info.has_config_space = true;
    return {};
}

/// 5.2.9, the 32-bit fields: the 64-bit ones repeat them on every PC.
Outcome read_fadt(Bytes fadt, AcpiInfo& info) {
    constexpr std::uint32_t timer_is_32_bits = 1u << 8;
    if (fadt.size() < 116) return bad("ACPI: FADT: too short");
    info.pm1_control_port = static_cast<std::uint16_t>(field<std::uint32_t>(fadt, 64));
    info.pm_timer_port = static_cast<std::uint16_t>(field<std::uint32_t>(fadt, 76));
    info.pm_timer_32_bits = (field<std::uint32_t>(fadt, 112) & timer_is_32_bits) != 0;
    return {};
}

/// The root table's address and the width of the addresses in it.
struct Root {
    mm::PhysAddr table;
    std::size_t entry_bytes;
};

std::expected<Root, std::string_view> read_rsdp(mm::PhysAddr address, PhysicalReader read) {
    constexpr std::size_t version1_bytes = 20;
    constexpr std::size_t version2_bytes = 36;
    const Bytes rsdp = read(address, version1_bytes);
    if (!signature_is(rsdp, "RSD PTR ")) return bad("ACPI: no root pointer where the loader says it is");
    if (!acpi_checksum_holds(rsdp)) return bad("ACPI: root pointer: bad checksum");
    const mm::PhysAddr old_root{field<std::uint32_t>(rsdp, 16)};
    if (field<std::uint8_t>(rsdp, 15) < 2) return Root{old_root, 4};
    const Bytes extended = read(address, version2_bytes);
    if (extended.empty() || !acpi_checksum_holds(extended)) return bad("ACPI: root pointer: bad extended checksum");
    const mm::PhysAddr new_root{field<std::uint64_t>(extended, 24)};
    return new_root == mm::PhysAddr{} ? Root{old_root, 4} : Root{new_root, 8};
}

Outcome read_by_signature(mm::PhysAddr address, PhysicalReader read, AcpiInfo& info, bool& madt_seen) {
    const Bytes head = read(address, header_bytes);
    if (signature_is(head, "APIC")) {
        const auto table = read_table(address, read, "ACPI: MADT: bad length", "ACPI: MADT: bad checksum");
        if (!table) return bad(table.error());
        madt_seen = true;
        return read_madt(*table, info);
    }
    if (signature_is(head, "MCFG")) {
        const auto table = read_table(address, read, "ACPI: MCFG: bad length", "ACPI: MCFG: bad checksum");
        return table ? read_mcfg(*table, info) : bad(table.error());
    }
    if (signature_is(head, "FACP")) {
        const auto table = read_table(address, read, "ACPI: FADT: bad length", "ACPI: FADT: bad checksum");
        return table ? read_fadt(*table, info) : bad(table.error());
    }
    return {};
}

} // namespace

std::expected<AcpiInfo, std::string_view> parse_acpi(mm::PhysAddr rsdp, PhysicalReader read) {
    const auto root = read_rsdp(rsdp, read);
    if (!root) return bad(root.error());
    const auto table = read_table(root->table, read, "ACPI: root table: bad length", "ACPI: root table: bad checksum");
    if (!table) return bad(table.error());

    AcpiInfo info;
    bool madt_seen = false;
    for (std::size_t at = header_bytes; at + root->entry_bytes <= table->size(); at += root->entry_bytes) {
        const mm::PhysAddr address{root->entry_bytes == 8 ? field<std::uint64_t>(*table, at)
                                                          : field<std::uint32_t>(*table, at)};
        if (const Outcome outcome = read_by_signature(address, read, info, madt_seen); !outcome)
            return bad(outcome.error());
    }
    if (!madt_seen) return bad("ACPI: no MADT");
    return info;
}

} // namespace arch
