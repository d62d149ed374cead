// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/multiboot2.hpp"

#include "arch/x86_64/boot/early_memory.hpp"

#include <cstring>

namespace arch::boot {

namespace {

enum class TagType : std::uint32_t { // NOLINT(performance-enum-size): the loader's layout
    End = 0,
    CommandLine = 1,
    Module = 3,
    MemoryMap = 6,
    RsdpVersion1 = 14,
    RsdpVersion2 = 15,
};

struct Tag {
    TagType type;
    std::uint32_t size; // with this head, without the padding to 8 bytes
};

struct MemoryMapHead {
    std::uint32_t entry_size;
    std::uint32_t entry_version;
};

struct MemoryMapEntry {
    std::uint64_t begin;
    std::uint64_t bytes;
    std::uint32_t type;
    std::uint32_t reserved;
};

struct ModuleHead {
    std::uint32_t begin;
    std::uint32_t end;
};

template <class T>
T read_at(std::span<const std::byte> bytes, std::size_t offset) {
    T value{};
    if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

MemoryKind kind_of(std::uint32_t type) {
    switch (type) {
    case 1:
        return MemoryKind::Usable;
    case 3:
        return MemoryKind::Acpi;
    default:
        return MemoryKind::Reserved;
    }
}

void read_memory_map(std::span<const std::byte> body, BootData& data) {
    const auto head = read_at<MemoryMapHead>(body, 0);
    if (head.entry_size < sizeof(MemoryMapEntry)) return;
    for (std::size_t at = sizeof head; at + head.entry_size <= body.size(); at += head.entry_size) {
        const auto entry = read_at<MemoryMapEntry>(body, at);
        const mm::PhysAddr begin{entry.begin};
        data.memory.add({begin, begin + entry.bytes}, kind_of(entry.type));
    }
}

void read_command_line(std::span<const std::byte> body, BootData& data) {
    const std::string_view text{reinterpret_cast<const char*>(body.data()), body.size()};
    data.set_command_line(text.substr(0, text.find('\0')));
}

void read_module(std::span<const std::byte> body, BootData& data) {
    if (!data.initrd.empty()) return;
    const auto head = read_at<ModuleHead>(body, 0);
    data.initrd = {mm::PhysAddr{head.begin}, mm::PhysAddr{head.end}};
}

} // namespace

bool read_multiboot2(mm::PhysAddr information, BootData& data) {
    if (!early_reachable(information, mm::page_size)) return false;
    const auto total = *early_pointer<const std::uint32_t>(information);
    if (!early_reachable(information, total)) return false;
    const std::span bytes{early_pointer<const std::byte>(information), total};
    data.protocol = BootProtocol::Multiboot2;

    for (std::size_t at = 8; at + sizeof(Tag) <= bytes.size();) {
        const auto tag = read_at<Tag>(bytes, at);
        if (tag.type == TagType::End) return true;
        if (tag.size < sizeof tag || at + tag.size > bytes.size()) return false;
        const auto body = bytes.subspan(at + sizeof tag, tag.size - sizeof tag);
        if (tag.type == TagType::CommandLine) read_command_line(body, data);
        if (tag.type == TagType::Module) read_module(body, data);
        if (tag.type == TagType::MemoryMap) read_memory_map(body, data);
        // The second version's root pointer leads to the wider table; it wins, whatever the order.
        if (tag.type == TagType::RsdpVersion2 || (tag.type == TagType::RsdpVersion1 && !data.rsdp))
            data.copy_rsdp(body);
        at += (tag.size + 7) & ~std::size_t{7};
    }
    return false;
}

} // namespace arch::boot
