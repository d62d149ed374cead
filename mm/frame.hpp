// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "mm/addr.hpp"
#include "mm/domain_id.hpp"

namespace mm {

/// What a frame is used for. With isolation `pgd`, the state says where it is mapped, and the audit
/// holds every page table against it:
///
///     state           direct map   owner's window   elsewhere
///     Reserved        -            -                -           no RAM, or firmware's
///     Boot            yes          -                kernel image
///     Free            yes          -                -
///     FreeDetached    -            -                -           free, kept out of the direct map
///     Shared          yes          -                -
///     SlabShared      yes          -                -
///     PageTable       yes          -                -           owner: whose limit it counts against
///     Exclusive       -            yes              -
///     SlabExclusive   -            yes              -
///     HeapExclusive   -            yes              -
///     Stack           -            yes              -
///     Image           -            yes              lwIP's image
///     InTransit       -            -                -           on a wire, between two owners
///     Quarantined     -            -                -           free once no CPU has it cached, and it is clear
///
/// With isolation `none` the last seven are in the direct map and in no window.
enum class FrameState : std::uint8_t {
    Reserved,
    Boot,
    Free,
    FreeDetached,
    Shared,
    SlabShared,
    PageTable,
    Exclusive,
    SlabExclusive,
    HeapExclusive,
    Stack,
    Image,
    InTransit,
    Quarantined,
};
inline constexpr std::size_t frame_states = 14;

std::string_view name(FrameState state);

/// Whether a frame in this state belongs to a domain, which alone may map it.
constexpr bool is_exclusive(FrameState state) {
    return state == FrameState::Exclusive || state == FrameState::SlabExclusive || state == FrameState::HeapExclusive ||
           state == FrameState::Stack || state == FrameState::Image;
}

/// Whether isolation `pgd` keeps a frame in this state out of the direct map.
constexpr bool is_detached(FrameState state) {
    return is_exclusive(state) || state == FrameState::FreeDetached || state == FrameState::InTransit ||
           state == FrameState::Quarantined;
}

/// Marks a packet frame on its way between two domains: the number of the wire that carries it.
struct TransitTag {
    std::uint32_t raw = 0;
    constexpr bool operator==(const TransitTag&) const = default;
};

/// What is known of a block in transit between two domains; in its first frame.
struct Transit {
    TransitTag tag;
    DomainId sender;          ///< whose window it was in
    std::uint64_t generation; ///< of that window: to be passed before anybody gets the block
};

/// The link of a frame that is last in its list.
inline constexpr std::uint32_t no_frame = 0xffff'ffff;

/// Bits of Frame::flags.
namespace frame_flag {
inline constexpr std::uint8_t block_head = 1 << 0;   ///< first frame of an allocated block
inline constexpr std::uint8_t per_cpu_list = 1 << 1; ///< on a CPU's own list of free frames
inline constexpr std::uint8_t zeroed = 1 << 2;       ///< holds zeros only, and nobody could have changed that since
inline constexpr std::uint8_t untouched = 1 << 3; ///< in a domain's pool: zero, and not handed out since it was mapped
inline constexpr std::uint8_t in_buddy = 1 << 4;  ///< first frame of a free block in the buddy allocator's lists
inline constexpr std::uint8_t on_wire = 1 << 5;   ///< first frame of a block that a domain gave up: `transit` is right
} // namespace frame_flag

/// One 4 KiB frame's entry in the frame table. Shared memory: it is read in every address space and
/// never holds a pointer into exclusive memory.
///
/// `state` and `owner` are right in every frame. The links, `order` and the rest are those of the
/// first frame of a block and mean what the state says; the allocator that owns the state owns them.
struct Frame {
    std::uint32_t next = no_frame;     ///< frame number, in free lists and its domain's list
    std::uint32_t previous = no_frame; ///< frame number
    DomainId owner;
    FrameState state = FrameState::Reserved;
    std::uint8_t order = 0;  ///< of the block that starts here
    std::uint8_t flags = 0;  ///< FrameFlag
    std::uint8_t audit = 0;  ///< the audit's notes on the walk it is doing
    std::uint16_t cache = 0; ///< slab: number of the cache

    union {
        struct {
            std::uint32_t head;        ///< first frame of this slab
            std::uint16_t in_use;      ///< objects handed out
            std::uint16_t free_object; ///< index of the first free object
            std::uint32_t next;        ///< frame number + 1, in the list of slabs with room; 0: none
            std::uint32_t previous;    ///< frame number + 1; 0: none
        } slab;
        struct {
            std::uint16_t live;   ///< present entries
            std::uint16_t pinned; ///< entries that keep the table from becoming a large leaf
        } table;
        Transit transit;
        std::uint64_t words[2] = {};
    };

    /// Whether it is known to hold zeros only; while a domain maps it: that it did when it was mapped.
    bool is_zeroed() const { return (flags & frame_flag::zeroed) != 0; }
    void forget_zero() { flags = static_cast<std::uint8_t>(flags & ~frame_flag::zeroed); }

    /// Whether a block starts here that a domain gave up for the wire with that tag.
    bool is_on_wire(TransitTag tag) const {
        return state == FrameState::InTransit && (flags & frame_flag::on_wire) != 0 && transit.tag == tag;
    }

    /// Takes a block off that wire, for one caller alone; false if it is not there, or not any more. What `transit`
    /// says stays until the block has an owner.
    bool take_off_wire(TransitTag tag) {
        if (!is_on_wire(tag)) return false;
        // Ordering: acquire, as the block is the caller's now.
        std::uint8_t there = on_wire_flags;
        return std::atomic_ref(flags).compare_exchange_strong(there, frame_flag::block_head, std::memory_order_acquire,
                                                              std::memory_order_relaxed);
    }
    void put_back_on_wire() { std::atomic_ref(flags).store(on_wire_flags, std::memory_order_release); }
    /// What `flags` are on a wire.
    static constexpr std::uint8_t on_wire_flags = frame_flag::block_head | frame_flag::on_wire;

    /// Sets state and owner together: they are never right apart.
    void assign(FrameState new_state, DomainId new_owner) {
        state = new_state;
        owner = new_owner;
    }
    /// The same for one that is no part of a larger block any more.
    void assign_page(FrameState new_state, DomainId new_owner) {
        assign(new_state, new_owner);
        order = 0;
    }
};

static_assert(sizeof(Frame) == 32);

} // namespace mm
