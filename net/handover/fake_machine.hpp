// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/frame_store.hpp"
#include "net/wire/wire.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace net::test {

/// A few frames and who owns each, for tests of handover without an MMU. Owner 0 is nobody.
class FakeMachine final : public WireMemory {
public:
    static constexpr std::size_t frame_count = 512;
    struct Entry {
        int owner = 0;
        mm::TransitTag transit{}; ///< not 0: in transit on that wire
    };
    struct alignas(64) Bytes {
        std::array<std::byte, mm::page_size> bytes{};
    };

    Entry& entry(mm::Pfn pfn) { return entries_[pfn.raw()]; }
    std::array<std::byte, mm::page_size>& bytes(mm::Pfn pfn) { return (*bytes_)[pfn.raw()].bytes; }
    std::size_t owned_by(int owner) const {
        std::size_t count = 0;
        for (const Entry& e : entries_) count += e.owner == owner && e.transit.raw == 0 ? 1 : 0;
        return count;
    }
    std::size_t in_transit() const {
        std::size_t count = 0;
        for (const Entry& e : entries_) count += e.transit.raw != 0 ? 1 : 0;
        return count;
    }
    kernel::Result<std::byte*> allocate_slot() override { return new std::byte[mm::page_size]{}; }
    void free_slot(std::byte* slot) override { delete[] slot; }
    void reclaim(mm::Pfn frame, mm::TransitTag wire) override {
        if (frame.raw() >= frame_count || entry(frame).transit != wire) return;
        bytes(frame).fill(std::byte{0});
        entry(frame) = {};
    }

private:
    std::array<Entry, frame_count> entries_{};
    std::unique_ptr<std::array<Bytes, frame_count>> bytes_ = std::make_unique<std::array<Bytes, frame_count>>();
};

/// One owner's view of the machine, with a limit.
class FakeStore final : public FrameStore {
public:
    FakeStore(FakeMachine& machine, int owner, std::size_t limit) : machine_(machine), owner_(owner), limit_(limit) {}

    kernel::Result<PacketFrame> allocate() override {
        if (machine_.owned_by(owner_) >= limit_) return kernel::fail(kernel::Error::DomainLimit);
        for (std::uint32_t i = 0; i < FakeMachine::frame_count; ++i) {
            auto& entry = machine_.entry(mm::Pfn{i});
            if (entry.owner != 0 || entry.transit.raw != 0) continue;
            entry.owner = owner_;
            return PacketFrame{mm::Pfn{i}, machine_.bytes(mm::Pfn{i}).data(), {}};
        }
        return kernel::fail(kernel::Error::OutOfMemory);
    }
    void free(PacketFrame&& frame) override {
        const mm::Pfn pfn = frame.release();
        machine_.bytes(pfn).fill(std::byte{0});
        machine_.entry(pfn) = {};
    }
    void disown(PacketFrame&& frame, mm::TransitTag wire) override { machine_.entry(frame.release()) = {0, wire}; }
    kernel::Result<PacketFrame> adopt(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) override {
        if (pfn.raw() >= FakeMachine::frame_count || machine_.entry(pfn).transit != wire) {
            return kernel::fail(kernel::Error::Refused);
        }
        if (machine_.owned_by(owner_) >= limit_) return kernel::fail(kernel::Error::DomainLimit);
        machine_.entry(pfn) = {owner_, {}};
        return frame(pfn, wire, dirty);
    }
    void disown_all(std::span<const mm::Pfn> frames, mm::TransitTag wire) override {
        for (const mm::Pfn pfn : frames) machine_.entry(pfn) = {0, wire};
    }
    std::size_t adopt_some(std::span<const mm::Pfn> frames, mm::TransitTag wire) override {
        std::size_t adopted = 0;
        for (const mm::Pfn pfn : frames) {
            auto taken = adopt(pfn, wire, {});
            if (!taken) break;
            static_cast<void>(taken->release());
            ++adopted;
        }
        return adopted;
    }
    PacketFrame frame(mm::Pfn pfn, mm::TransitTag wire, Extent dirty) override {
        return PacketFrame{pfn, machine_.bytes(pfn).data(), dirty, wire};
    }

private:
    FakeMachine& machine_;
    int owner_;
    std::size_t limit_;
};

} // namespace net::test
