// SPDX-License-Identifier: MIT
#include "kernel/shell/history.hpp"

#include <algorithm>

#include "kernel/base/assert.hpp"

namespace kernel {

void History::add(std::string_view line) {
    line = line.substr(0, line_size);
    if (line.empty() || (size() > 0 && recall(1) == line)) return;
    Line& slot = ring_[added_ % lines];
    std::copy_n(line.data(), line.size(), slot.text.data());
    slot.size = line.size();
    ++added_;
}

std::string_view History::recall(std::size_t back) const {
    ensure(back >= 1 && back <= size(), "recalled a line that history does not have");
    const Line& slot = ring_[(added_ - back) % lines];
    return {slot.text.data(), slot.size};
}

} // namespace kernel
