// SPDX-License-Identifier: MIT
#pragma once

#include "mm/domain/domain.hpp"
#include "net/bridge/mac_address.hpp"
#include "net/handover/packet_frames.hpp"
#include "net/handover/port.hpp"
#include "net/virtio/split_queue.hpp"
#include "net/virtio/virtio_pci.hpp"

#include <array>
#include <cstdint>

namespace net {

/// The driver of a virtio network device: its two queues, and the packet frames that are in them.
///
/// Lies in the memory of the namespace that owns the card, as do the rings and every buffer; the device
/// reaches them by physical address. What the device says is checked: requests it did not get, lengths that
/// cannot be, are counted and passed over.
///
/// Context: inside the namespace, under its core lock.
class VirtioQueues final : public Port {
public:
    struct Counters {
        std::uint64_t received = 0;
        std::uint64_t sent = 0;
        std::uint64_t ill_formed = 0; ///< frames of impossible length
        std::uint64_t no_frame = 0;   ///< received and dropped for want of a fresh buffer
        std::uint64_t ring_full = 0;  ///< not sent: the device has not caught up
    };

    /// Sets the device up with interrupt `entry` for received packets; it is running on success.
    /// Errors: Unsupported, Io: the device is not what the driver needs; OutOfMemory, DomainLimit.
    static kernel::Result<VirtioQueues*> create(const VirtioPci& device, std::uint16_t entry, PacketFrames& frames);

    VirtioQueues(const VirtioPci& device, PacketFrames& frames, mm::ExclusivePages receive_rings,
                 mm::ExclusivePages transmit_rings, std::uint16_t receive_size, std::uint16_t transmit_size);

    MacAddress mac() const { return mac_; }
    const Counters& counters() const { return counters_; }
    std::uint64_t refused() const { return receive_.refused() + transmit_.refused(); }

    /// Gives at most `budget` received packets to `sink`. Fewer means that there are no more, and that the
    /// device will interrupt for the next. Returns how many it took off the queue.
    unsigned drain(PacketSink& sink, unsigned budget);
    /// The device stops for good.
    void stop() { device_.reset(); }

    kernel::Result<> send(PacketSource& source) override;
    kernel::Result<> forward(Packet& packet) override;

private:
    kernel::Result<> start(std::uint16_t entry);
    kernel::Result<> offer(PacketFrame&& frame);
    void receive(Completion done, PacketSink& sink);
    void collect_sent();
    kernel::Result<> transmit(PacketFrame&& frame, Extent packet, Checksums checksums);

    VirtioPci device_;
    PacketFrames& frames_;
    mm::ExclusivePages receive_rings_;
    mm::ExclusivePages transmit_rings_;
    SplitQueue receive_;
    SplitQueue transmit_;
    MacAddress mac_{};
    Counters counters_;
    std::array<PacketFrame, SplitQueue::max_size> offered_{}; ///< by request: the device writes these
    std::array<PacketFrame, SplitQueue::max_size> sending_{}; ///< by request: the device reads these
};

} // namespace net
