// SPDX-License-Identifier: MIT
#include "net/virtio/virtio_queues.hpp"

#include "kernel/base/events.hpp"
#include "net/handover/packet_reader.hpp"
#include "net/links/exclusive_new.hpp"
#include "net/lwip/instance.hpp"
#include "net/lwip/transport_checksum.hpp"
#include "net/virtio/net_header.hpp"

#include <algorithm>
#include <bit>

namespace net {

using kernel::Error;
using kernel::Event;
using kernel::fail;
using kernel::Result;

namespace {

std::span<std::byte> memory_of(const mm::ExclusivePages& rings) { return {rings.address().get(), virtio::ring_bytes}; }

/// The size to use for a queue that may have up to `limit` descriptors.
Result<std::uint16_t> usable_size(std::uint16_t limit) {
    const std::uint16_t size = std::bit_floor(std::min(limit, SplitQueue::max_size));
    if (size < 4) return fail(Error::Unsupported);
    return size;
}

} // namespace

VirtioQueues::VirtioQueues(const VirtioPci& device, PacketFrames& frames, mm::ExclusivePages receive_rings,
                           mm::ExclusivePages transmit_rings, std::uint16_t receive_size, std::uint16_t transmit_size)
    : device_(device), frames_(frames), receive_rings_(std::move(receive_rings)),
      transmit_rings_(std::move(transmit_rings)),
      receive_(memory_of(receive_rings_), receive_rings_.range().begin, receive_size),
      transmit_(memory_of(transmit_rings_), transmit_rings_.range().begin, transmit_size) {}

Result<VirtioQueues*> VirtioQueues::create(const VirtioPci& card, std::uint16_t entry, PacketFrames& frames) {
    VirtioPci device = card;
    const std::uint64_t features = TRY(device.negotiate(virtio::net_feature_mac));
    const auto receive_size = TRY(usable_size(device.queue_size_limit(virtio::receive_queue)));
    const auto transmit_size = TRY(usable_size(device.queue_size_limit(virtio::transmit_queue)));
    mm::Domain& domain = *instance.domain;
    auto receive_rings = TRY(domain.alloc_pages(virtio::ring_order, mm::Zero::Yes));
    auto transmit_rings = TRY(domain.alloc_pages(virtio::ring_order, mm::Zero::Yes));
    VirtioQueues* queues = TRY(exclusive_new<VirtioQueues>(domain, device, frames, std::move(receive_rings),
                                                           std::move(transmit_rings), receive_size, transmit_size));
    if ((features & virtio::net_feature_mac) != 0) {
        for (std::size_t i = 0; i < 6; ++i) queues->mac_.octets[i] = device.config8(i);
    }
    if (auto started = queues->start(entry); !started) {
        queues->stop();
        for (PacketFrame& frame : queues->offered_) {
            if (frame) frames.put(std::move(frame));
        }
        exclusive_delete(domain, queues);
        return fail(started.error());
    }
    return queues;
}

Result<> VirtioQueues::start(std::uint16_t entry) {
    TRY(device_.enable_queue(virtio::receive_queue, receive_, entry));
    TRY(device_.enable_queue(virtio::transmit_queue, transmit_, VirtioPci::no_vector));
    // Sent packets are collected when the next one is sent: nobody waits for them.
    transmit_.want_interrupts(SplitQueue::Interrupts::No);
    while (receive_.free_descriptors() > receive_.size() / 2) {
        PacketFrame frame = TRY(frames_.take());
        TRY(offer(std::move(frame)));
    }
    device_.set_driver_ok();
    if (receive_.publish()) device_.notify(virtio::receive_queue);
    return {};
}

Result<> VirtioQueues::offer(PacketFrame&& frame) {
    const DmaSegment segment{frame.pfn().address(), mm::page_size};
    const auto request = receive_.submit({&segment, 1}, DmaDirection::FromDevice);
    if (!request) {
        frames_.put(std::move(frame));
        return fail(request.error());
    }
    receive_rings_.domain().written_unseen(frame.pfn());
    offered_[*request] = std::move(frame);
    return {};
}

unsigned VirtioQueues::drain(PacketSink& sink, unsigned budget) {
    receive_.want_interrupts(SplitQueue::Interrupts::No);
    unsigned taken = 0;
    while (taken < budget) {
        const auto done = receive_.complete();
        if (done) {
            ++taken;
            receive(*done, sink);
            continue;
        }
        if (done.error() == Error::Refused) {
            ++taken;
            continue;
        }
        // One may come between the last look and the request for interrupts.
        receive_.want_interrupts(SplitQueue::Interrupts::Yes);
        if (!receive_.has_completions()) break;
        receive_.want_interrupts(SplitQueue::Interrupts::No);
    }
    if (taken > 0 && receive_.publish()) device_.notify(virtio::receive_queue);
    return taken;
}

void VirtioQueues::receive(Completion done, PacketSink& sink) {
    PacketFrame frame = std::move(offered_[done.request]);
    frame.set_dirty(hull(frame.dirty(), {0, done.written}));
    const auto extent = virtio::received_extent(done.written);
    if (!extent) ++counters_.ill_formed;
    // The ring never runs dry: without a fresh frame the packet is lost and its frame offered again.
    auto fresh = frames_.take();
    if (!fresh) ++counters_.no_frame;
    if (!extent || !fresh) {
        kernel::count(Event::PacketsDropped);
        if (fresh) frames_.put(std::move(*fresh));
        static_cast<void>(offer(std::move(frame)));
        return;
    }
    static_cast<void>(offer(std::move(*fresh))); // there is room: one descriptor has just come free
    ++counters_.received;
    kernel::count(Event::PacketsReceived);
    Packet packet;
    packet.append(std::move(frame), *extent);
    sink.deliver(packet);
}

void VirtioQueues::collect_sent() {
    while (true) {
        const auto done = transmit_.complete();
        if (done) {
            frames_.put(std::move(sending_[done->request]));
        } else if (done.error() == Error::WouldBlock) {
            return;
        }
    }
}

Result<> VirtioQueues::send(PacketSource& source) {
    const std::size_t bytes = source.remaining();
    if (bytes < virtio::min_frame_bytes || bytes > virtio::max_frame_bytes) return fail(Error::InvalidArgument);
    collect_sent();
    PacketFrame frame = TRY(frames_.take());
    const Extent packet{0, bytes};
    fill_frame(frame.bytes(), frame.dirty(), packet, source);
    frame.set_dirty(packet);
    kernel::count(Event::BytesCopied, bytes);
    return transmit(std::move(frame), packet, source.checksums());
}

Result<> VirtioQueues::forward(Packet& packet) {
    if (packet.size() != 1) {
        PacketReader reader{packet};
        auto sent = send(reader);
        packet.recycle(frames_);
        return sent;
    }
    const Extent extent = packet.pieces()[0].extent;
    if (extent.size() < virtio::min_frame_bytes || extent.size() > virtio::max_frame_bytes) {
        packet.recycle(frames_);
        return fail(Error::InvalidArgument);
    }
    collect_sent();
    PacketFrame frame = std::move(packet.pieces()[0].frame);
    packet.clear();
    return transmit(std::move(frame), extent, packet.checksums());
}

Result<> VirtioQueues::transmit(PacketFrame&& frame, Extent packet, Checksums checksums) {
    // From here on it can meet a wire that makes errors.
    if (checksums == Checksums::Deferred) {
        complete_transport_checksum(frame.bytes().subspan(packet.begin, packet.size()));
    }
    // The header is the same for all packets: twelve zeros behind the rings.
    const std::array segments{
        DmaSegment{transmit_rings_.range().begin + virtio::spare_offset, virtio::net_header_bytes},
        DmaSegment{frame.pfn().address() + packet.begin, static_cast<std::uint32_t>(packet.size())}};
    const auto request = transmit_.submit(segments, DmaDirection::ToDevice);
    if (!request) {
        ++counters_.ring_full;
        frames_.put(std::move(frame));
        return fail(request.error());
    }
    sending_[*request] = std::move(frame);
    if (transmit_.publish()) device_.notify(virtio::transmit_queue);
    ++counters_.sent;
    kernel::count(Event::PacketsSent);
    return {};
}

} // namespace net
