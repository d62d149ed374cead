// SPDX-License-Identifier: MIT
#include "mm/frame_checks.hpp"

#include "kernel/base/fixed_text.hpp"

namespace mm {

void report_wrong_frame(FrameTable frames, Pfn pfn, FrameState expected, DomainId owner, const char* list) {
    using Text = kernel::FixedText<200>;
    if (!frames.contains(pfn))
        kernel::panic(Text("frame {:#x} on {}: there is no such frame; the list was overwritten", pfn.raw(), list).view());
    const Frame& frame = frames.unchecked(pfn);
    kernel::panic(Text("frame {:#x} on {}: {} of domain {} where {} of domain {} should be; the list or the frame table "
                       "was overwritten",
                       pfn.raw(), list, name(frame.state), frame.owner.raw(), name(expected), owner.raw())
                      .view());
}

} // namespace mm
