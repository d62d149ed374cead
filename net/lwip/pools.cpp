// SPDX-License-Identifier: MIT
// lwIP's pools (its memp.c, which is left out of the archive) and its heap, over the exclusive memory of the
// current namespace's domain.
#include "net/lwip/pools.hpp"

#include "mm/memory.hpp"
#include "mm/slab.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/timeout_reserve.hpp"

#include <lwip/memp.h>
#include <lwip/opt.h>
#include <lwip/stats.h>
// What lwIP's list of pools takes the sizes of.
#include <lwip/altcp.h>
#include <lwip/api.h>
#include <lwip/etharp.h>
#include <lwip/igmp.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/mld6.h>
#include <lwip/netbuf.h>
#include <lwip/netdb.h>
#include <lwip/priv/api_msg.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/priv/tcpip_priv.h>
#include <lwip/raw.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace net {

namespace {

struct Pool {
    std::array<char, 24> name{};
    std::size_t size = 0;
    std::uint32_t limit = 0;
};

/// lwIP's name of a pool, as the slab caches are called: TCP_PCB -> tcp_pcb.
constexpr Pool pool(std::string_view name, std::size_t limit, std::size_t size) {
    Pool made{.size = size, .limit = static_cast<std::uint32_t>(limit)};
    std::ranges::transform(name, made.name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return made;
}

/// lwIP's own table (an X macro), which the options size.
constexpr std::array<Pool, MEMP_MAX> pools{
#define LWIP_MEMPOOL(name, num, size, desc) pool(#name, num, size),
#include <lwip/priv/memp_std.h>
};

constinit std::array<mm::ExclusiveCache, MEMP_MAX> caches{};

LACUNA_PER_NAMESPACE std::array<stats_mem, MEMP_MAX> use{};
LACUNA_PER_NAMESPACE TimeoutReserve timeout_reserve;

using Counter = std::atomic_ref<mem_size_t>;

/// Counts one more in use. False, counting nothing, if that would be more than the limit.
bool charge(memp_t type) {
    stats_mem& counters = use[type];
    // Ordering: relaxed; the counters order nothing.
    const mem_size_t now = Counter(counters.used).fetch_add(1, std::memory_order_relaxed) + 1;
    if (now > pools[type].limit) return false;
    if (now > counters.max) counters.max = now;
    return true;
}

void uncharge(memp_t type) { Counter(use[type].used).fetch_sub(1, std::memory_order_relaxed); }

} // namespace

kernel::Result<> create_pool_caches(mm::Memory& memory) {
    for (std::size_t type = 0; type < pools.size(); ++type) {
        caches[type] = TRY(memory.slabs().create_exclusive(
            {.name = pools[type].name.data(), .size = pools[type].size, .align = MEM_ALIGNMENT}));
    }
    return {};
}

void for_each_pool(void (*visit)(const PoolUse&, void*), void* argument) {
    for (std::size_t type = 0; type < pools.size(); ++type) {
        visit({.name = pools[type].name.data(),
               .used = use[type].used,
               .peak = use[type].max,
               .limit = pools[type].limit,
               .refused = use[type].err},
              argument);
    }
}

} // namespace net

extern "C" {

void memp_init(void) {
    for (std::size_t type = 0; type < net::pools.size(); ++type) {
        net::use[type].avail = net::pools[type].limit;
        lwip_stats.memp[type] = &net::use[type];
    }
}

/// NULL if the pool's limit or the domain's is reached: lwIP then frees what it can do without (old
/// connections in TIME-WAIT, out-of-order data) and tries again, or drops the packet.
void* memp_malloc(memp_t type) {
    if (net::charge(type)) [[likely]] {
        const auto object = net::caches[type].alloc(net::instance.domain);
        if (object) [[likely]]
            return *object;
        if (type == MEMP_SYS_TIMEOUT) {
            if (void* reserved = net::timeout_reserve.take()) return reserved;
        }
    }
    net::uncharge(type);
    ++net::use[type].err;
    return nullptr;
}

void memp_free(memp_t type, void* object) {
    if (object == nullptr) return;
    net::uncharge(type);
    if (type == MEMP_SYS_TIMEOUT && net::timeout_reserve.give(object)) return;
    net::caches[type].free(*net::instance.domain, object);
}

void* lacuna_lwip_malloc(std::size_t size) {
    const auto block = net::instance.domain->kmalloc(size);
    return block ? *block : nullptr;
}

void* lacuna_lwip_calloc(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
    void* block = lacuna_lwip_malloc(bytes);
    if (block != nullptr) std::memset(block, 0, bytes);
    return block;
}

void lacuna_lwip_free(void* block) { net::instance.domain->kfree(block); }

} // extern "C"
