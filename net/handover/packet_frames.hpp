// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "kernel/sync/spin_locked.hpp"
#include "net/handover/frame_store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace net {

/// The sizes of block that packets travel in: 4, 16 and 64 KiB.
enum class BlockClass : std::uint8_t { Small, Medium, Large };
inline constexpr std::size_t block_classes = 3;

constexpr mm::Order order_of(BlockClass size) { return mm::Order{2 * static_cast<unsigned>(size)}; }
constexpr std::size_t bytes_of(BlockClass size) { return order_of(size).bytes(); }
/// Nothing for a block of any other size.
constexpr std::optional<BlockClass> class_of(mm::Order order) {
    if (order.raw() % 2 != 0 || order.raw() / 2 >= block_classes) return {};
    return static_cast<BlockClass>(order.raw() / 2);
}
/// The smallest that holds so many bytes, or the largest.
constexpr BlockClass class_for(std::size_t bytes) {
    if (bytes <= bytes_of(BlockClass::Small)) return BlockClass::Small;
    return bytes <= bytes_of(BlockClass::Medium) ? BlockClass::Medium : BlockClass::Large;
}
constexpr BlockClass next_larger(BlockClass size) {
    return size == BlockClass::Small ? BlockClass::Medium : BlockClass::Large;
}

/// A namespace's stock of packet frames. Frames that come in with packets go out with others, so a
/// balanced conversation allocates nothing; and a frame in the stock keeps its last packet, so that only
/// what the next one does not cover has to be zeroed.
///
/// Lies in the namespace's own memory. Context: threads of the namespace, any number at a time.
class PacketFrames {
public:
    /// Blocks of each size that are kept; what comes on top goes back to the store at once.
    static constexpr std::array<std::size_t, block_classes> capacity{92, 6, 4};
    /// What of the small ones is kept for this namespace's own packets when others are given back to a sender.
    static constexpr std::size_t reserve = 24;

    constexpr PacketFrames() = default;

    /// Sets where frames come from. Once, before the first use.
    void bind(FrameStore& store) { store_ = &store; }
    FrameStore& store() const { return *store_; }

    /// A block to put packets in. Errors: OutOfMemory, DomainLimit.
    kernel::Result<PacketFrame> take(BlockClass size = BlockClass::Small);
    /// The same out of the stock only, into `frame`, which is empty before. False if there is none.
    bool take_stocked(BlockClass size, PacketFrame& frame) {
        auto stock = stock_.lock();
        const Shelf shelf = stock->shelf(size);
        if (shelf.count == 0) return false;
        frame = std::move(shelf.frames[--shelf.count]);
        return true;
    }
    /// Whether there may be blocks that there is no need for; a snapshot.
    bool has_surplus(BlockClass size) const {
        return stock_.unlocked().counts.data()[static_cast<std::size_t>(size)] > kept_of(size);
    }
    /// A block that there is no need for and that holds nothing but what `wire` brought; empty if there is none
    /// at hand.
    PacketFrame take_spent(mm::TransitTag wire, BlockClass size);
    /// Gives a block back with its content, or the part of one that a packet was. Its `dirty` extent must be right.
    void put(PacketFrame&& frame) {
        if (!shelve(frame)) put_elsewhere(std::move(frame));
    }
    /// Ends a use of a shared block.
    void leave(SharedBlock& block);
    /// A new one from the store. Errors: OutOfMemory, DomainLimit, if the whole stock, which is given up before, does
    /// not help.
    kernel::Result<PacketFrame> allocate(BlockClass size);
    /// Gives the whole stock back to the store; false if it was empty.
    bool drain();
    /// The same if memory is what is missing: whether to try again.
    [[gnu::noinline]] bool drain_for(kernel::Error why) {
        return (why == kernel::Error::DomainLimit || why == kernel::Error::OutOfMemory) && drain();
    }

    /// Small blocks in stock; a snapshot.
    std::size_t stocked() { return stock_.unlocked().counts[0]; }

private:
    /// The blocks of one size: `count` of `capacity`.
    struct Shelf {
        PacketFrame* frames;
        std::uint8_t& count;
        std::size_t capacity;
    };
    struct Stock {
        std::array<PacketFrame, capacity[0] + capacity[1] + capacity[2]> frames{};
        std::array<std::uint8_t, block_classes> counts{};

        Shelf shelf(BlockClass size) {
            const auto at = static_cast<std::size_t>(size);
            return {frames.data() + begins.data()[at], counts.data()[at], capacity.data()[at]};
        }
    };
    /// Puts a whole block into the stock if there is room.
    bool shelve(PacketFrame& frame) {
        const auto size = class_of(frame.order());
        if (frame.block() != nullptr || !size) return false;
        auto stock = stock_.lock();
        const Shelf shelf = stock->shelf(*size);
        if (shelf.count == shelf.capacity) return false;
        shelf.frames[shelf.count++] = std::move(frame);
        return true;
    }
    void put_elsewhere(PacketFrame&& frame);

    static constexpr std::size_t kept_of(BlockClass size) { return size == BlockClass::Small ? reserve : 0; }
    /// Where the blocks of each size begin in Stock::frames.
    static constexpr std::array<std::size_t, block_classes> begins{0, capacity[0], capacity[0] + capacity[1]};

    FrameStore* store_ = nullptr;
    kernel::SpinLocked<Stock, kernel::Rank::Devices> stock_;
};

} // namespace net
