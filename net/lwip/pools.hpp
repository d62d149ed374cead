// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace mm {
class Memory;
}

namespace net {

/// Makes the exclusive slab cache behind each of lwIP's pools: tcp_pcb, tcp_seg, netconn, pbuf ... Boot,
/// once, before the first namespace. Errors: NoSpace, Exists.
kernel::Result<> create_pool_caches(mm::Memory& memory);

/// What one pool holds in one namespace.
struct PoolUse {
    std::string_view name;
    std::uint64_t used = 0;
    std::uint64_t peak = 0;
    std::uint64_t limit = 0;   ///< lwIP's option for this pool, per namespace
    std::uint64_t refused = 0; ///< allocations that found the limit or no memory
};

/// Calls visit(const PoolUse&, argument) for each pool of the current namespace.
void for_each_pool(void (*visit)(const PoolUse&, void*), void* argument);

} // namespace net
