// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "mm/frame_table.hpp"
#include "mm/page_run.hpp"
#include "mm/scheme.hpp"
#include "mm/tables/workshop.hpp"

namespace mm {

/// Clears frames between two owners: when no CPU can reach them through the last one's mappings, and before anybody else
/// can. What is zero only then is known to be zero: what was cleared sooner, a CPU that had not yet heard could write to
/// again. Thread context.
class FrameEraser {
public:
    FrameEraser(FrameTable frames, Workshop& workshop, Scheme scheme)
        : frames_(frames), workshop_(workshop), attached_(!detaches(scheme)) {}

    /// Clears those frames that are not known to be zero; afterwards all are. Precondition: they are nobody's, and every
    /// CPU has forgotten them.
    void erase(std::span<const PageRun> runs);

private:
    void clear(std::span<const Pfn> frames);

    FrameTable frames_;
    Workshop& workshop_;
    bool attached_; ///< isolation `none`: they are in the direct map
};

} // namespace mm
