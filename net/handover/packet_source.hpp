// SPDX-License-Identifier: MIT
#pragma once

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
    /// Back to the first byte, as when several receivers get a copy.
    virtual void rewind() = 0;

protected:
    ~PacketSource() = default;
};

/// A packet in one piece of memory.
class SpanSource final : public PacketSource {
public:
    explicit SpanSource(std::span<const std::byte> bytes) : all_(bytes), rest_(bytes) {}
    std::size_t remaining() const override { return rest_.size(); }
    void read(std::span<std::byte> out) override;
    void rewind() override { rest_ = all_; }

private:
    std::span<const std::byte> all_;
    std::span<const std::byte> rest_;
};

} // namespace net
