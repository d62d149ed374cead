// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The axes along which Lacuna can be varied, and the choices on each. Chosen on the command line and
/// fixed for the life of the system. The names here are the ones that the command line, the help text
/// and the documentation use: a new choice is one line in its table (and the policy's own file).
namespace mm {

/// One value of a policy as users see it.
template <class T>
struct PolicyChoice {
    std::string_view name;
    T value;
    std::string_view doc;
};

/// How another namespace is kept from a namespace's memory.
enum class Isolation : std::uint8_t { Pgd, Pks, None };
inline constexpr std::array isolation_choices{
    PolicyChoice{"pgd", Isolation::Pgd, "page tables: each namespace's memory is mapped in its own window only"},
    PolicyChoice{"pks", Isolation::Pks,
                 "supervisor protection keys in one page table: 15 namespaces at most, and a CPU that has them"},
    PolicyChoice{"none", Isolation::None, "all memory stays in the direct map: the baseline"},
};

/// Where an exclusive frame is mapped.
enum class Placement : std::uint8_t { Window, Clone };
inline constexpr std::array placement_choices{
    PolicyChoice{"window", Placement::Window, "in its owner's window, at window base + physical address"},
    PolicyChoice{"clone", Placement::Clone, "in its owner's copy of the direct map; every change edits every copy"},
};

/// In which units frames leave the direct map.
enum class Granularity : std::uint8_t { Block, Page };
inline constexpr std::array granularity_choices{
    PolicyChoice{"block", Granularity::Block, "2 MiB leave once and are handed out page by page"},
    PolicyChoice{"page", Granularity::Page, "each page leaves on its own"},
};

/// When a mapping that was taken away is flushed from the TLB.
enum class Flush : std::uint8_t { Batch, Sync, Deferred };
inline constexpr std::array flush_choices{
    PolicyChoice{"batch", Flush::Batch, "many at once: what was taken away waits, owned by nobody"},
    PolicyChoice{"sync", Flush::Sync, "before the operation returns"},
    PolicyChoice{"deferred", Flush::Deferred, "once every CPU concerned has flushed on its own account"},
};

/// Whether address spaces keep their translations while others are loaded, where the CPU can do that.
enum class Pcid : std::uint8_t { On, Off };
inline constexpr std::array pcid_choices{
    PolicyChoice{"on", Pcid::On, "if the CPU has process-context identifiers"},
    PolicyChoice{"off", Pcid::Off, "each load of an address space flushes the last one's"},
};

/// How a packet crosses from one namespace to another.
enum class HandoverPolicy : std::uint8_t { Remap, Copy, Auto };
inline constexpr std::array handover_choices{
    PolicyChoice{"remap", HandoverPolicy::Remap, "its frame changes owner"},
    PolicyChoice{"copy", HandoverPolicy::Copy, "through a shared bounce buffer, zeroed after use"},
    PolicyChoice{"auto", HandoverPolicy::Auto,
                 "by size: small packets are copied, others remapped (handover.threshold)"},
};

/// Which allocator serves a domain's heap.
enum class Heap : std::uint8_t { Slab, Mimalloc };
inline constexpr std::array heap_choices{
    PolicyChoice{"slab", Heap::Slab, "size classes over the slab allocator"},
    PolicyChoice{"mimalloc", Heap::Mimalloc, "a mimalloc of its own, in 64 KiB blocks"},
};

/// The largest leaf that the direct map uses.
enum class DirectMapLeaf : std::uint8_t { Size4K, Size2M, Size1G };
inline constexpr std::array direct_map_leaf_choices{
    PolicyChoice{"1G", DirectMapLeaf::Size1G, "1 GiB, if the CPU has them"},
    PolicyChoice{"2M", DirectMapLeaf::Size2M, "2 MiB"},
    PolicyChoice{"4K", DirectMapLeaf::Size4K, "4 KiB everywhere, the kernel's image included: shows missing flushes"},
};

/// Whether freed slab objects are filled with a pattern that is checked at the next allocation.
enum class Poison : std::uint8_t { No, Yes };
/// Whether slab objects stand between guard words that are checked when they are freed.
enum class RedZone : std::uint8_t { No, Yes };
inline constexpr std::array poison_choices{
    PolicyChoice{"off", Poison::No, "off"},
    PolicyChoice{"on", Poison::Yes, "fill freed objects and check the filling"},
};
inline constexpr std::array red_zone_choices{
    PolicyChoice{"off", RedZone::No, "off"},
    PolicyChoice{"on", RedZone::Yes, "guard words around objects"},
};

/// The choice on every axis. The initial values are the defaults.
struct Policies {
    Isolation isolation = Isolation::Pgd;
    Placement placement = Placement::Window;
    Granularity granularity = Granularity::Block;
    Flush flush = Flush::Batch;
    Pcid pcid = Pcid::On;
    HandoverPolicy handover = HandoverPolicy::Remap;
    std::uint64_t handover_threshold = 512; ///< bytes; with Auto, smaller packets are copied
    Heap heap = Heap::Slab;
    DirectMapLeaf direct_map_leaf = DirectMapLeaf::Size1G;
    Poison poison = Poison::No;
    RedZone red_zone = RedZone::No;
};

} // namespace mm
