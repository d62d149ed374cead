// SPDX-License-Identifier: MIT
#pragma once

#include "net/apps/bulk.hpp"
#include "net/apps/pattern_stream.hpp"

#include <lwip/tcp.h>

#include <array>
#include <cstddef>
#include <span>

namespace net {

/// One stream on its way into a BulkSink. In the namespace's exclusive heap; runs in lwIP's callbacks,
/// with the core lock held.
class BulkStream {
public:
    /// tcp_accept's callback.
    static err_t accept(void* argument, tcp_pcb* pcb, err_t error);

private:
    BulkStream() = default;

    static err_t received(void* self, tcp_pcb* pcb, pbuf* data, err_t error);
    static void failed(void* self, err_t error);

    void take(std::span<const std::byte> bytes);
    /// Sends the verdict and closes.
    err_t finish(tcp_pcb* pcb);
    void destroy();

    std::array<std::byte, sizeof(BulkHeader)> header_{};
    std::size_t header_bytes_ = 0;
    std::uint64_t body_bytes_ = 0;
    PatternStream expected_{0};
};

} // namespace net
