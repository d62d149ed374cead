// SPDX-License-Identifier: MIT
#pragma once

#include "net/virtio/split_queue.hpp"

#include <array>
#include <memory>
#include <optional>

namespace net::test {

/// The device's half of a virtqueue, for tests: honest unless told to lie.
class FakeDevice {
public:
    static constexpr mm::PhysAddr base{0x100000};

    std::span<std::byte> rings() { return memory_->bytes; }

    /// Takes the next available request's head; nothing if there is none.
    std::optional<std::uint16_t> take() {
        if (available().index == seen_) return std::nullopt;
        const std::uint16_t head = available().ring[seen_ % size_];
        ++seen_;
        return head;
    }
    const virtio::RingDescriptor& descriptor(std::uint16_t at) const {
        return reinterpret_cast<const virtio::RingDescriptor*>(memory_->bytes.data())[at];
    }
    /// Writes a used element, true or not.
    void finish(std::uint32_t id, std::uint32_t length) {
        used().ring[used().index % size_] = {id, length};
        ++used().index;
    }
    virtio::AvailableRing& available() {
        return *reinterpret_cast<virtio::AvailableRing*>(memory_->bytes.data() + virtio::available_offset);
    }
    virtio::UsedRing& used() {
        return *reinterpret_cast<virtio::UsedRing*>(memory_->bytes.data() + virtio::used_offset);
    }
    explicit FakeDevice(std::uint16_t size) : size_(size) {}

private:
    struct alignas(4096) Memory {
        std::array<std::byte, virtio::ring_bytes> bytes{};
    };
    std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
    std::uint16_t size_;
    std::uint16_t seen_ = 0;
};

} // namespace net::test
