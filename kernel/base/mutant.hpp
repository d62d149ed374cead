// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Deliberate faults. A test that passes proves little until it is known to fail when the thing it
/// tests is broken; `mutant=NAME` on the command line breaks exactly one thing.
namespace kernel {

enum class Mutant : std::uint8_t {
    None,
    KeepDirectMap,         ///< exclusive frames stay in the direct map
    SkipZeroOnFree,        ///< frames leave a domain with their content
    ClearBeforeFlush,      ///< frames are cleared while their last owner still maps them, and believed from then on
    IgnoreWrites,          ///< a frame that was zero when it was mapped counts as zero though it was written to
    SkipUnmapOnHandover,   ///< the sender keeps its mapping of a packet frame
    SkipInvlpg,            ///< page-table entries are cleared, the TLB is not
    SkipShootdown,         ///< other CPUs are not told of cleared entries
    SkipGenerationCheck,   ///< a PCID is loaded without a flush though its window changed
    PcidReuseWithoutFlush, ///< a PCID changes hands with what was cached under it
    GlobalWindowEntry,     ///< a window's leaves survive the load of another address space
    FreeTableBeforeFlush,  ///< an unlinked page table is given back while CPUs may still walk it
    SkipQuarantine,        ///< frames are given away while their last owner may still reach them
    SkipAdoptCheck,        ///< a packet's frame is taken over while its sender may still reach it
    SkipTailZero,          ///< what surrounds a packet in its frame is not zeroed
    LeakFrame,             ///< destroying a domain forgets one frame
    ShareWindow,           ///< every address space gets the first domain's window
    ShareHeap,             ///< heap=mimalloc: all domains have one heap, in shared memory
    SharedStacks,          ///< kernel stacks of namespaces come from shared memory
    SkipHeal,              ///< large leaves never come back
    SkipOneCopy,           ///< placement clone: one copy of the direct map keeps what leaves the others
    WrongKey,              ///< isolation pks: exclusive pages bear key 0, which everybody may use
    KeepKeyRights,         ///< isolation pks: a CPU that leaves a domain keeps the right to its key
    SharedWorkshop,        ///< what a CPU works on lies in tables that all address spaces have
    SilentSharedFallback,  ///< exclusive memory without a domain comes from shared memory
};

struct MutantName {
    std::string_view name;
    Mutant mutant;
};

inline constexpr std::array mutant_names{
    MutantName{"none", Mutant::None},
    MutantName{"keep-direct-map", Mutant::KeepDirectMap},
    MutantName{"skip-zero-on-free", Mutant::SkipZeroOnFree},
    MutantName{"clear-before-flush", Mutant::ClearBeforeFlush},
    MutantName{"ignore-writes", Mutant::IgnoreWrites},
    MutantName{"skip-unmap-on-handover", Mutant::SkipUnmapOnHandover},
    MutantName{"skip-invlpg", Mutant::SkipInvlpg},
    MutantName{"skip-shootdown", Mutant::SkipShootdown},
    MutantName{"skip-generation-check", Mutant::SkipGenerationCheck},
    MutantName{"pcid-reuse-without-flush", Mutant::PcidReuseWithoutFlush},
    MutantName{"global-window-entry", Mutant::GlobalWindowEntry},
    MutantName{"free-table-before-flush", Mutant::FreeTableBeforeFlush},
    MutantName{"skip-quarantine", Mutant::SkipQuarantine},
    MutantName{"skip-adopt-check", Mutant::SkipAdoptCheck},
    MutantName{"skip-tail-zero", Mutant::SkipTailZero},
    MutantName{"leak-frame", Mutant::LeakFrame},
    MutantName{"share-window", Mutant::ShareWindow},
    MutantName{"share-heap", Mutant::ShareHeap},
    MutantName{"shared-stacks", Mutant::SharedStacks},
    MutantName{"skip-heal", Mutant::SkipHeal},
    MutantName{"clone-skip-one-copy", Mutant::SkipOneCopy},
    MutantName{"pks-wrong-key", Mutant::WrongKey},
    MutantName{"pks-skip-pkrs-write", Mutant::KeepKeyRights},
    MutantName{"shared-workshop", Mutant::SharedWorkshop},
    MutantName{"silent-shared-fallback", Mutant::SilentSharedFallback},
};

namespace detail {
inline constinit Mutant active_mutant = Mutant::None;
} // namespace detail

/// Boot code and tests only: before the code concerned runs.
inline void set_mutant(Mutant mutant) { detail::active_mutant = mutant; }

/// Whether this fault is switched on. Constantly false when built with LACUNA_MUTANTS=OFF.
inline bool mutant(Mutant mutant) {
#if LACUNA_MUTANTS
    return detail::active_mutant == mutant;
#else
    static_cast<void>(mutant);
    return false;
#endif
}

} // namespace kernel
