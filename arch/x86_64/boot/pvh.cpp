// SPDX-License-Identifier: MIT
#include "arch/x86_64/boot/pvh.hpp"

#include "arch/x86_64/boot/boot_constants.h"
#include "arch/x86_64/boot/early_memory.hpp"

#include <cstring>

namespace arch::boot {

namespace {

struct StartInfo {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint32_t flags;
    std::uint32_t module_count;
    std::uint64_t modules;
    std::uint64_t command_line;
    std::uint64_t rsdp;
    std::uint64_t memory_map; // from version 1 on
    std::uint32_t memory_map_count;
    std::uint32_t reserved;
};

struct Module {
    std::uint64_t begin;
    std::uint64_t bytes;
    std::uint64_t command_line;
    std::uint64_t reserved;
};

struct MemoryMapEntry {
    std::uint64_t begin;
    std::uint64_t bytes;
    std::uint32_t type; // as in the firmware's E820 map
    std::uint32_t reserved;
};

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

} // namespace

bool read_pvh(mm::PhysAddr start_info, BootData& data) {
    if (!early_reachable(start_info, sizeof(StartInfo))) return false;
    const auto& info = *early_pointer<const StartInfo>(start_info);
    if (info.magic != PVH_START_MAGIC || info.version < 1) return false;
    data.protocol = BootProtocol::Pvh;

    const mm::PhysAddr map{info.memory_map};
    if (!early_reachable(map, info.memory_map_count * sizeof(MemoryMapEntry))) return false;
    const std::span entries{early_pointer<const MemoryMapEntry>(map), info.memory_map_count};
    for (const MemoryMapEntry& entry : entries) {
        const mm::PhysAddr begin{entry.begin};
        data.memory.add({begin, begin + entry.bytes}, kind_of(entry.type));
    }

    if (info.command_line != 0 && early_reachable(mm::PhysAddr{info.command_line}, mm::page_size))
        data.set_command_line(early_pointer<const char>(mm::PhysAddr{info.command_line}));
    if (info.module_count > 0 && early_reachable(mm::PhysAddr{info.modules}, sizeof(Module))) {
        const auto& module = *early_pointer<const Module>(mm::PhysAddr{info.modules});
        data.initrd = {mm::PhysAddr{module.begin}, mm::PhysAddr{module.begin + module.bytes}};
    }
    if (info.rsdp != 0) data.rsdp = mm::PhysAddr{info.rsdp};
    return true;
}

} // namespace arch::boot
