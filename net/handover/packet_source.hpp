// SPDX-License-Identifier: MIT
#pragma once

#include "net/wire/descriptor.hpp"

#include <cstddef>
#include <span>

namespace net {

/// A packet that is to cross, read from front to back. Where its bytes lie is the source's business: an
/// lwIP pbuf chain, frames of this namespace, or plain memory in a test.
class PacketSource {
public:
    /// Bytes not yet read.
    virtual std::size_t remaining() const = 0;
    /// Copies the next out.size() bytes. Precondition: out.size() <= remaining().
    virtual void read(std::span<std::byte> out) = 0;
    /// What is known of the transport checksum in it.
    virtual Checksums checksums() const { return Checksums::Computed; }
    /// Back to the first byte, as when several receivers get a copy.
    virtual void rewind() = 0;

protected:
    ~PacketSource() = default;
};

/// A packet in one piece of memory.
class SpanSource final : public PacketSource {
public:
    explicit SpanSource(std::span<const std::byte> bytes, Checksums checksums = Checksums::Computed)
        : all_(bytes), rest_(bytes), checksums_(checksums) {}
    std::size_t remaining() const override { return rest_.size(); }
    void read(std::span<std::byte> out) override;
    Checksums checksums() const override { return checksums_; }
    void rewind() override { rest_ = all_; }

private:
    std::span<const std::byte> all_;
    std::span<const std::byte> rest_;
    Checksums checksums_;
};

} // namespace net
