// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/assert.hpp"
#include "net/wire/descriptor.hpp"

#include <cstddef>
#include <span>

namespace net {

/// A packet that is to cross, read from front to back. Where its bytes lie is the source's business: an
/// lwIP pbuf chain, frames of this namespace, or plain memory in a test.
class PacketSource {
public:
    /// Bytes not yet read.
    std::size_t remaining() const { return remaining_; }
    /// What is known of the transport checksum in it.
    Checksums checksums() const { return checksums_; }
    /// Copies the next out.size() bytes. Precondition: out.size() <= remaining().
    void read(std::span<std::byte> out) {
        kernel::ensure(out.size() <= remaining_, "a packet is read within its length");
        remaining_ -= out.size();
        copy(out);
    }
    /// Back to the first byte, as when several receivers get a copy.
    void rewind() {
        remaining_ = bytes_;
        restart();
    }

protected:
    PacketSource(std::size_t bytes, Checksums checksums) : bytes_(bytes), remaining_(bytes), checksums_(checksums) {}
    ~PacketSource() = default;

private:
    /// The next bytes; so many there are.
    virtual void copy(std::span<std::byte> out) = 0;
    virtual void restart() = 0;

    std::size_t bytes_;
    std::size_t remaining_;
    Checksums checksums_;
};

/// A packet in one piece of memory.
class SpanSource final : public PacketSource {
public:
    explicit SpanSource(std::span<const std::byte> bytes, Checksums checksums = Checksums::Computed)
        : PacketSource(bytes.size(), checksums), next_(bytes.data()), all_(bytes.data()) {}

private:
    void copy(std::span<std::byte> out) override;
    void restart() override { next_ = all_; }

    const std::byte* next_;
    const std::byte* all_;
};

} // namespace net
