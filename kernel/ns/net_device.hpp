// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "mm/frame.hpp"

#include <string_view>

namespace kernel {

/// What a namespace knows of a network device that stands in it: the shared part, which net/
/// derives from. The lwIP netif of the device is exclusive memory and is not reachable from here.
class NetDevice {
public:
    /// "virtio0", "veth0", ...
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// The wire that carries blocks to and from it; 0 if there is none.
    [[nodiscard]] virtual mm::TransitTag wire_tag() const { return {}; }

    ListHook<NetDevice> namespace_hook;

protected:
    ~NetDevice() = default;
};

} // namespace kernel
