// SPDX-License-Identifier: MIT
#pragma once

#include "net/handover/frame_store.hpp"
#include "net/handover/shared_block.hpp"
#include "net/wire/wire.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>

namespace net::test {

/// A few frames and who owns each, for tests of handover without an MMU. Owner 0 is nobody.
class FakeMachine final : public WireMemory {
public:
    static constexpr std::size_t frame_count = 2048;
    struct Entry {
        int owner = 0;
        mm::TransitTag transit{}; ///< not 0: in transit on that wire
        mm::Order order{};        ///< of the block that begins here
        bool head = false;        ///< whether one does
    };

    Entry& entry(mm::Pfn pfn) { return entries_[pfn.raw()]; }
    std::byte* bytes(mm::Pfn pfn) { return bytes_->bytes.data() + pfn.raw() * mm::page_size; }
    /// A free block becomes `owner`'s, or nothing.
    std::optional<mm::Pfn> take(int owner, mm::Order order) {
        const auto pages = static_cast<std::uint32_t>(order.pages().raw());
        for (std::uint32_t first = 0; first + pages <= frame_count; first += pages) {
            const std::span block = std::span(entries_).subspan(first, pages);
            if (!std::ranges::all_of(block, [](const Entry& e) { return e.owner == 0 && e.transit.raw == 0; }))
                continue;
            std::ranges::fill(block, Entry{.owner = owner});
            block[0].order = order;
            block[0].head = true;
            return mm::Pfn{first};
        }
        return {};
    }
    /// Gives a whole block to an owner, or to nobody and a wire.
    void pass(mm::Pfn first, int owner, mm::TransitTag transit) {
        for (Entry& e : block_at(first)) {
            e.owner = owner;
            e.transit = transit;
        }
    }
    void free(mm::Pfn first) {
        const std::span block = block_at(first);
        std::memset(bytes(first), 0, block.size() * mm::page_size);
        std::ranges::fill(block, Entry{});
    }
    std::span<Entry> block_at(mm::Pfn first) {
        return std::span(entries_).subspan(first.raw(), entry(first).order.pages().raw());
    }
    bool on_wire(mm::Pfn first, mm::TransitTag wire) {
        return first.raw() < frame_count && entry(first).head && entry(first).transit == wire;
    }
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
        if (on_wire(frame, wire)) free(frame);
    }

private:
    struct alignas(64) Bytes {
        std::array<std::byte, frame_count * mm::page_size> bytes{};
    };
    std::array<Entry, frame_count> entries_{};
    std::unique_ptr<Bytes> bytes_ = std::make_unique<Bytes>();
};

/// One owner's view of the machine, with a limit.
class FakeStore final : public FrameStore {
public:
    FakeStore(FakeMachine& machine, int owner, std::size_t limit) : machine_(machine), owner_(owner), limit_(limit) {}

    kernel::Result<PacketFrame> allocate(mm::Order order) override {
        if (machine_.owned_by(owner_) + order.pages().raw() > limit_) return kernel::fail(kernel::Error::DomainLimit);
        const auto first = machine_.take(owner_, order);
        if (!first) return kernel::fail(kernel::Error::OutOfMemory);
        return PacketFrame{*first, order, machine_.bytes(*first), {}};
    }
    void free(mm::Pfn first) override { machine_.free(first); }
    void disown(std::span<const mm::PageRun> blocks, mm::TransitTag wire) override {
        for (const mm::PageRun& block : blocks) {
            kernel::ensure(machine_.entry(block.first).owner == owner_, "disowned what is another's");
            machine_.pass(block.first, 0, wire);
        }
    }
    kernel::Result<PacketFrame> adopt(mm::Pfn first, mm::TransitTag wire, Extent dirty) override {
        if (!machine_.on_wire(first, wire)) return kernel::fail(kernel::Error::Refused);
        const mm::Order order = machine_.entry(first).order;
        if (machine_.owned_by(owner_) + order.pages().raw() > limit_) return kernel::fail(kernel::Error::DomainLimit);
        machine_.pass(first, owner_, {});
        if (dirty.end <= order.bytes()) return PacketFrame{first, order, machine_.bytes(first), dirty, wire};
        machine_.free(first);
        return kernel::fail(kernel::Error::Refused);
    }
    kernel::Result<SharedBlock*> share(PacketFrame& whole) override {
        if (refuses_sharing) return kernel::fail(kernel::Error::OutOfMemory);
        return new SharedBlock{.whole = std::move(whole), .users = 1};
    }
    PacketFrame unshare(SharedBlock& block) override {
        PacketFrame whole = std::move(block.whole);
        delete &block;
        return whole;
    }

    bool refuses_sharing = false;

private:
    FakeMachine& machine_;
    int owner_;
    std::size_t limit_;
};

} // namespace net::test
