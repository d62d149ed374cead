// SPDX-License-Identifier: MIT
#include "net/virtio/split_queue.hpp"

#include "kernel/test/test.hpp"
#include "net/virtio/fake_device.hpp"

#include <memory>

namespace {

using kernel::Error;
using net::DmaDirection;
using net::DmaSegment;
using net::SplitQueue;
using net::test::FakeDevice;

struct Fixture {
    FakeDevice device{16};
    std::unique_ptr<SplitQueue> queue =
        std::make_unique<SplitQueue>(device.rings(), FakeDevice::base, std::uint16_t{16});

    std::uint16_t offer(std::uint32_t capacity) {
        const DmaSegment segment{mm::PhysAddr{0x5000}, capacity};
        const auto request = queue->submit({&segment, 1}, DmaDirection::FromDevice);
        (void)queue->publish();
        return request.value_or(SplitQueue::max_size);
    }
};

LACUNA_TEST("net.virtqueue", "a chain is shown to the device as it was submitted") {
    Fixture f;
    const std::array segments{DmaSegment{mm::PhysAddr{0x1000}, 12}, DmaSegment{mm::PhysAddr{0x2000}, 1514}};
    const auto request = f.queue->submit(segments, DmaDirection::ToDevice);
    REQUIRE(request);
    CHECK(!f.device.take()); // not before it is published
    CHECK(f.queue->publish());
    const auto head = f.device.take();
    REQUIRE(head);
    CHECK(*head == *request);
    const auto& first = f.device.descriptor(*head);
    CHECK(first.address == 0x1000);
    CHECK(first.length == 12);
    REQUIRE(first.flags == net::virtio::descriptor_next);
    const auto& second = f.device.descriptor(first.next);
    CHECK(second.address == 0x2000);
    CHECK(second.length == 1514);
    CHECK(second.flags == 0);
    f.device.finish(*head, 0);
    const auto done = f.queue->complete();
    REQUIRE(done);
    CHECK(done->request == *request);
    CHECK(f.queue->free_descriptors() == 16);
}

LACUNA_TEST("net.virtqueue", "exhaustion is an error, and every descriptor comes back, for ever") {
    Fixture f;
    std::uint32_t state = 7;
    for (int round = 0; round < 10'000; ++round) {
        std::array<DmaSegment, 5> segments{};
        for (DmaSegment& segment : segments) segment = {mm::PhysAddr{0x3000}, 64};
        while (true) {
            state = state * 1664525 + 1013904223;
            const std::size_t pieces = 1 + (state >> 16) % segments.size();
            const auto request = f.queue->submit(std::span{segments}.first(pieces), DmaDirection::FromDevice);
            if (request) continue;
            CHECK(request.error() == Error::NoSpace);
            CHECK(f.queue->free_descriptors() < pieces);
            break;
        }
        (void)f.queue->publish();
        while (const auto head = f.device.take()) f.device.finish(*head, 64);
        while (f.queue->complete()) {
        }
        REQUIRE(f.queue->free_descriptors() == 16);
    }
    CHECK(f.queue->refused() == 0);
}

LACUNA_TEST("net.virtqueue", "ids that are not in flight are refused") {
    Fixture f;
    const std::uint16_t request = f.offer(2048);
    f.device.finish(16, 1);           // out of range
    f.device.finish(0xffffffff, 1);   // far out of range
    f.device.finish(request + 1u, 1); // never submitted
    f.device.finish(request, 100);    // the truth
    f.device.finish(request, 100);    // and once more
    for (int i = 0; i < 3; ++i) CHECK(f.queue->complete().error() == Error::Refused);
    const auto done = f.queue->complete();
    REQUIRE(done);
    CHECK(done->written == 100);
    CHECK(f.queue->complete().error() == Error::Refused);
    CHECK(f.queue->complete().error() == Error::WouldBlock);
    CHECK(f.queue->refused() == 4);
    CHECK(f.queue->free_descriptors() == 16);
}

LACUNA_TEST("net.virtqueue", "a length beyond what was offered is cut") {
    Fixture f;
    f.device.finish(f.offer(2048), 0xffffffff);
    const auto done = f.queue->complete();
    REQUIRE(done);
    CHECK(done->written == 2048);
}

LACUNA_TEST("net.virtqueue", "what the device writes over the descriptor table is not read back") {
    Fixture f;
    const std::uint16_t request = f.offer(2048);
    for (std::byte& byte : f.device.rings().first(net::virtio::used_offset)) byte = std::byte{0xff};
    f.device.finish(request, 60);
    REQUIRE(f.queue->complete());
    CHECK(f.queue->free_descriptors() == 16);
    CHECK(f.offer(2048) == request);
}

LACUNA_TEST("net.virtqueue", "a used index that runs wild ends in refusals, not in a loop without end") {
    Fixture f;
    f.offer(2048);
    f.device.used().index = static_cast<std::uint16_t>(f.device.used().index - 3);
    int refused = 0;
    while (true) {
        const auto done = f.queue->complete();
        if (!done && done.error() == Error::WouldBlock) break;
        if (!done) ++refused;
        REQUIRE(refused <= 65536);
    }
    CHECK(refused > 0);
}

LACUNA_TEST("net.virtqueue", "flags suppress interrupts and notifications") {
    Fixture f;
    f.queue->want_interrupts(SplitQueue::Interrupts::No);
    CHECK(f.device.available().flags == net::virtio::available_no_interrupt);
    f.queue->want_interrupts(SplitQueue::Interrupts::Yes);
    CHECK(f.device.available().flags == 0);
    f.device.used().flags = net::virtio::used_no_notify;
    CHECK(!f.queue->publish());
}

} // namespace
