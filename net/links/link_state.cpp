// SPDX-License-Identifier: MIT
#include "net/links/link_state.hpp"

#include "net/links/exclusive_new.hpp"
#include "net/lwip/instance.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

LACUNA_PER_NAMESPACE LinkState* link_state = nullptr;

Result<SinkId> LinkState::add(PacketSink& sink) {
    const auto place = std::ranges::find(sinks_, nullptr);
    if (place == sinks_.end()) return fail(Error::NoSpace);
    *place = &sink;
    return SinkId{static_cast<std::uint16_t>(place - sinks_.begin())};
}

Result<> prepare_link_state() {
    if (link_state == nullptr) {
        link_state = TRY(exclusive_new<LinkState>(*instance.domain, *instance.domain));
    }
    return {};
}

} // namespace net
