// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/domain.hpp"
#include "net/lwip/instance.hpp"

#include <cstddef>
#include <span>
#include <utility>

namespace net {

/// A buffer in the current namespace's exclusive heap; freed when it goes out of scope, inside it too.
class [[nodiscard]] HeapBuffer {
public:
    HeapBuffer() = default;
    HeapBuffer(HeapBuffer&& other) noexcept { swap(other); }
    HeapBuffer& operator=(HeapBuffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~HeapBuffer() {
        if (!bytes_.empty()) instance.domain->kfree(bytes_.data());
    }

    /// Content: arbitrary. Errors: DomainLimit, OutOfMemory; InvalidArgument for 0 bytes.
    static kernel::Result<HeapBuffer> allocate(std::size_t bytes) {
        void* block = TRY(instance.domain->kmalloc(bytes));
        return HeapBuffer({static_cast<std::byte*>(block), bytes});
    }

    std::span<std::byte> bytes() const { return bytes_; }

    /// Ends this object's ownership; adopt() begins it again.
    std::byte* release() { return std::exchange(bytes_, {}).data(); }
    static HeapBuffer adopt(std::span<std::byte> bytes) { return HeapBuffer(bytes); }

private:
    explicit HeapBuffer(std::span<std::byte> bytes) : bytes_(bytes) {}
    void swap(HeapBuffer& other) noexcept { std::swap(bytes_, other.bytes_); }

    std::span<std::byte> bytes_;
};

} // namespace net
