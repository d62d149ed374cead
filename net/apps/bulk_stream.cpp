// SPDX-License-Identifier: MIT
#include "net/apps/bulk_stream.hpp"

#include <arch/cc.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace net {

err_t BulkStream::accept(void*, tcp_pcb* pcb, err_t error) {
    if (error != ERR_OK || pcb == nullptr) return ERR_VAL;
    void* block = lacuna_lwip_malloc(sizeof(BulkStream));
    if (block == nullptr) return ERR_MEM;
    tcp_arg(pcb, new (block) BulkStream);
    tcp_recv(pcb, &BulkStream::received);
    tcp_err(pcb, &BulkStream::failed);
    return ERR_OK;
}

err_t BulkStream::received(void* self, tcp_pcb* pcb, pbuf* data, err_t) {
    auto& stream = *static_cast<BulkStream*>(self);
    if (data == nullptr) return stream.finish(pcb);
    for (const pbuf* piece = data; piece != nullptr; piece = piece->next) {
        stream.take({static_cast<const std::byte*>(piece->payload), piece->len});
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

void BulkStream::failed(void* self, err_t) { static_cast<BulkStream*>(self)->destroy(); }

void BulkStream::take(std::span<const std::byte> bytes) {
    if (header_bytes_ < header_.size()) {
        const std::size_t part = std::min(header_.size() - header_bytes_, bytes.size());
        std::memcpy(&header_[header_bytes_], bytes.data(), part);
        header_bytes_ += part;
        bytes = bytes.subspan(part);
        if (header_bytes_ < header_.size()) return;
        expected_ = PatternStream(std::bit_cast<BulkHeader>(header_).seed);
    }
    body_bytes_ += bytes.size();
    expected_.verify(bytes);
}

err_t BulkStream::finish(tcp_pcb* pcb) {
    const BulkVerdict verdict{.intact_bytes = expected_.position(), .bytes = body_bytes_};
    tcp_arg(pcb, nullptr);
    tcp_recv(pcb, nullptr);
    tcp_err(pcb, nullptr);
    destroy();
    const bool sent = tcp_write(pcb, &verdict, sizeof verdict, TCP_WRITE_FLAG_COPY) == ERR_OK;
    if (sent && tcp_close(pcb) == ERR_OK) return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

void BulkStream::destroy() {
    this->~BulkStream();
    lacuna_lwip_free(this);
}

} // namespace net
