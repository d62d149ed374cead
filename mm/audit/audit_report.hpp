// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mm/frame.hpp"

namespace mm {

/// The ways in which page tables and frame table can contradict each other.
enum class AuditFinding : std::uint8_t {
    ExclusiveInDirectMap, ///< everybody can reach what one domain owns
    MissingInDirectMap,   ///< a hole that no frame state accounts for
    NotRam,               ///< the direct map maps what is not RAM
    WrongAddress,         ///< a frame is not at base + physical address
    ForeignFrame,         ///< a window or image maps a frame that its domain does not own
    NotExclusive,         ///< a window or image maps a frame whose state says that it is not exclusive
    MissingInWindow,      ///< an exclusive frame that its owner cannot reach
    MissingInImage,       ///< a frame in state Image that no image maps
    MappedTwice,          ///< one frame in two windows or two images
    LargeLeaf,            ///< a leaf that could cover other domains' frames
    Global,               ///< a domain's leaf would survive the switch to another
    WritableExecutable,
    UserAccessible,
    SharedEntryDiffers, ///< an address space disagrees with the kernel about a shared slot
    StrayEntry,         ///< a top-level entry that nothing accounts for
    MissingEntry,       ///< an address space lacks a window or an image that it should have
    LeftInWorkshop,   ///< a CPU's workshop maps a frame though nobody visits it
    DeviceMapsMemory, ///< the device slot leads to a domain's memory
    NotATable,        ///< an entry leads to a frame that is no page table, or another domain's
    OrphanTable,      ///< a page table that no top-level table leads to
    WrongTableCount,  ///< a table's or window's books do not add up
    CopyDiffers,      ///< a copy of the direct map disagrees with the kernel's map about shared memory
    WrongKey,         ///< a leaf does not have its owner's protection key, or shared memory has one
    WrongKeyRights,   ///< a CPU may use other keys than the address space that it has loaded
};
inline constexpr std::size_t audit_findings = 24;

/// A short phrase, fit for the sentence that describe() makes.
std::string_view name(AuditFinding finding);

/// One contradiction.
struct AuditViolation {
    AuditFinding finding;
    VirtAddr address;  ///< where it is mapped, or 0
    Pfn frame;         ///< the frame concerned: mapped, missing, or the table
    FrameState state;  ///< what the frame table says of it
    DomainId owner;    ///< whose it is by the frame table
    DomainId found_in; ///< whose window, image or address space it was found in; 0: shared
};

/// One line of text, without a newline.
std::string describe(const AuditViolation& violation);

/// What an audit saw.
struct AuditReport {
    static constexpr std::size_t max_recorded = 16;

    std::uint64_t address_spaces = 0;
    std::uint64_t windows = 0;
    std::uint64_t images = 0;
    std::uint64_t tables = 0;                         ///< page tables walked
    std::uint64_t leaves = 0;                         ///< leaves seen, of every size
    std::uint64_t direct_map_holes = 0;               ///< frames of RAM that the direct map lacks
    std::array<std::uint64_t, frame_states> frames{}; ///< by FrameState
    std::uint64_t violations = 0;                     ///< all of them; the first are recorded

    bool clean() const { return violations == 0; }
    std::span<const AuditViolation> recorded() const {
        return std::span(first_).first(violations < max_recorded ? violations : max_recorded);
    }
    std::uint64_t count(FrameState state) const { return frames[static_cast<std::size_t>(state)]; }
    void record(const AuditViolation& violation);

private:
    std::array<AuditViolation, max_recorded> first_{};
};

} // namespace mm
