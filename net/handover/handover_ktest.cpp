// SPDX-License-Identifier: MIT
// Packets between real namespaces, without lwIP: what crosses, what stays, and what the page tables say.
#include "net/handover/auto.hpp"
#include "net/handover/handover.hpp"

#include "kernel/ns/scratch_namespace.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "net/links/kernel_wire_memory.hpp"
#include "net/links/link_state.hpp"
#include "net/links/shared_new.hpp"

#include <arch/probe.hpp>

#include <array>

namespace {

using kernel::Error;
using kernel::ScratchNamespace;

constinit net::KernelWireMemory wire_memory;
constinit std::uint32_t next_tag = 0x8000'0000; // out of the way of real wires

/// The bytes of every packet here: in shared memory, so that both sides can look.
constinit std::array<std::byte, net::max_packet_bytes> pattern{};

struct NullWaker final : net::Waker {
    void wake() override {}
};

/// Calls fn(Pfn) for each frame of the blocks in transit on a wire, by the frame table.
template <class Function>
void for_each_in_transit(mm::TransitTag wire, Function&& fn) {
    const mm::FrameTable frames = kernel::memory().frames();
    for (const mm::Frame& frame : frames.all()) {
        if (!frame.is_on_wire(wire)) continue;
        const auto block = mm::PageRun::of(frames.number(frame), mm::Order{frame.order});
        mm::for_each_page({&block, 1}, fn);
    }
}

std::size_t in_transit(mm::TransitTag wire) {
    std::size_t count = 0;
    for_each_in_transit(wire, [&](mm::Pfn) { ++count; });
    return count;
}

/// Two namespaces and a wire between them. In shared memory as a whole, since tests' stacks are.
struct Crossing {
    ScratchNamespace red{"cross-red"};
    ScratchNamespace blue{"cross-blue"};
    NullWaker waker;
    net::Wire* wire = nullptr;
    std::array<mm::Pfn, net::max_packet_pieces> crossed{};
    std::size_t crossed_count = 0;

    bool prepare() {
        if (!red || !blue) return false;
        for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = static_cast<std::byte>(i % 251 + 1);
        auto made = net::shared_new<net::Wire>(mm::TransitTag{next_tag++}, wire_memory);
        if (!made) return false;
        wire = *made;
        wire->attach(net::Side::A, waker);
        wire->attach(net::Side::B, waker);
        bool ready = true;
        const auto prepare_side = [&] { ready = ready && net::prepare_link_state().has_value(); };
        return red.inside(prepare_side) && blue.inside(prepare_side) && ready;
    }
    ~Crossing() {
        if (wire != nullptr) net::shared_delete(wire);
    }
    net::WireEnd red_end() const { return {*wire, net::Side::A}; }
    net::WireEnd blue_end() const { return {*wire, net::Side::B}; }
};

bool readable(mm::VirtAddr address) {
    std::byte byte;
    return arch::probe_read(address, {&byte, 1}) == 1;
}

bool isolated() { return kernel::memory().policies().isolation != mm::Isolation::None; }

/// Inside `ns`: whether any of the crossed frames can be read, by the window or by the direct map.
bool reaches(const ScratchNamespace& ns, const Crossing& crossing) {
    bool reached = false;
    const auto ran = ns.inside([&] {
        for (std::size_t i = 0; i < crossing.crossed_count; ++i) {
            const mm::Pfn pfn = crossing.crossed[i];
            const auto own = reinterpret_cast<std::uintptr_t>(ns->domain().frame_ptr(pfn));
            reached = reached || readable(mm::VirtAddr{own}) ||
                      kernel::memory().direct_map().ptr<std::byte>(pfn.address()).has_value();
        }
    });
    return reached || !ran;
}

/// In a namespace: one packet onto the wire, on its own.
kernel::Result<> send(const net::HandoverOps& ops, net::WireEnd end, std::span<const std::byte> bytes) {
    net::SpanSource source{bytes};
    const auto sent = ops.send(end, net::link_state->outbox, source);
    net::link_state->outbox.flush();
    return sent;
}

/// In a namespace: the next packet off the wire, which shares its block with no other.
kernel::Result<net::Packet> receive(net::WireEnd end) {
    net::Inbox inbox;
    return net::receive_packet(end, inbox, net::link_state->frames);
}

/// How many frames a packet crosses in.
std::size_t frames_for(std::size_t bytes) {
    const auto size = net::class_for(bytes);
    const std::size_t frames = net::order_of(size).pages().raw();
    return bytes <= net::bytes_of(size) ? frames : frames + frames_for(bytes - net::bytes_of(size));
}

void send_from_red(const Crossing& crossing, const net::HandoverOps& ops, std::size_t bytes) {
    kernel::Result<> sent;
    CHECK(crossing.red.inside([&] { sent = send(ops, crossing.red_end(), std::span{pattern}.first(bytes)); }));
    CHECK(sent.has_value());
}

/// Inside blue: takes one packet, holds it against the pattern, and sends it back whole.
void receive_in_blue(const Crossing& crossing, const net::HandoverOps& ops, std::size_t bytes) {
    bool arrived = false;
    bool exact = true;
    bool clean = true;
    bool sent_back = false;
    CHECK(crossing.blue.inside([&] {
        auto packet = receive(crossing.blue_end());
        if (!packet) return;
        arrived = true;
        std::size_t at = 0;
        for (auto& piece : packet->pieces()) {
            for (std::byte byte : piece.bytes()) exact = exact && at < bytes && byte == pattern[at++];
            clean = clean && net::only_packet(piece.frame.bytes(), piece.extent);
        }
        exact = exact && at == bytes;
        sent_back = ops.forward(crossing.blue_end(), net::link_state->outbox, *packet).has_value();
        net::link_state->outbox.flush();
    }));
    CHECK(arrived);
    CHECK(exact);
    CHECK(clean);
    CHECK(sent_back);
}

/// Inside red: takes the returned packet into its stock, so that the next one goes in used frames.
void recycle_in_red(const Crossing& crossing) {
    bool arrived = false;
    CHECK(crossing.red.inside([&] {
        auto packet = receive(crossing.red_end());
        if (!packet) return;
        arrived = true;
        packet->recycle(net::link_state->frames);
    }));
    CHECK(arrived);
}

// From large to small: the small ones travel in frames that were full of an earlier packet.
constexpr std::array sizes{std::size_t{65536}, std::size_t{65535}, std::size_t{9014},
                           std::size_t{4097},  std::size_t{4096},  std::size_t{4095},
                           std::size_t{1514},  std::size_t{60},    std::size_t{1}};

LACUNA_TEST("net.handover", "a packet that crossed: nothing but the packet, nothing left with the sender") {
    for (const auto& choice : mm::handover_choices) {
        const net::HandoverOps& ops = net::handover(choice.value);
        Crossing crossing;
        REQUIRE(crossing.prepare());
        for (const std::size_t bytes : sizes) {
            send_from_red(crossing, ops, bytes);
            crossing.crossed_count = 0;
            for_each_in_transit(crossing.wire->tag(), [&](mm::Pfn pfn) {
                if (crossing.crossed_count < crossing.crossed.size()) crossing.crossed[crossing.crossed_count++] = pfn;
            });
            const bool remapped = choice.value == mm::HandoverPolicy::Remap ||
                                  (choice.value == mm::HandoverPolicy::Auto && bytes >= net::Auto::threshold());
            CHECK(crossing.crossed_count == (remapped ? frames_for(bytes) : 0));
            // On the wire a frame is nobody's.
            if (isolated()) {
                CHECK(!reaches(crossing.red, crossing));
                CHECK(!reaches(crossing.blue, crossing));
            }
            receive_in_blue(crossing, ops, bytes);
            recycle_in_red(crossing);
        }
        CHECK(in_transit(crossing.wire->tag()) == 0);
    }
}

LACUNA_TEST("net.handover", "the sender cannot read what the receiver holds") {
    Crossing crossing;
    REQUIRE(crossing.prepare());
    if (!isolated()) SKIP("isolation=none");
    const net::HandoverOps& remap = net::handover(mm::HandoverPolicy::Remap);
    for (const std::size_t bytes : sizes) {
        send_from_red(crossing, remap, bytes);
        crossing.crossed_count = 0;
        bool held = false;
        CHECK(crossing.blue.inside([&] {
            auto packet = receive(crossing.blue_end());
            if (!packet) return;
            held = true;
            for (auto& piece : packet->pieces()) {
                const auto block = mm::PageRun::of(piece.frame.pfn(), piece.frame.order());
                mm::for_each_page({&block, 1}, [&](mm::Pfn pfn) { crossing.crossed[crossing.crossed_count++] = pfn; });
            }
            packet->recycle(net::link_state->frames);
        }));
        CHECK(held);
        CHECK(!reaches(crossing.red, crossing));
        CHECK(reaches(crossing.blue, crossing));
    }
}

LACUNA_TEST("net.handover", "descriptors of frames that are not in transit on this wire are refused") {
    Crossing crossing;
    REQUIRE(crossing.prepare());
    auto shared_page = kernel::memory().alloc_pages(mm::order_4k, mm::Zero::Yes);
    REQUIRE(shared_page.has_value());
    mm::Pfn red_frame;
    CHECK(crossing.red.inside([&] {
        if (auto frame = net::link_state->frames.take()) {
            red_frame = frame->pfn();
            net::link_state->frames.put(std::move(*frame));
        }
    }));
    const std::array claims{red_frame, shared_page->first(), mm::Pfn{0}, mm::Pfn{1}, mm::Pfn{0x7ff'ffff}};
    for (const mm::Pfn claim : claims) {
        const std::array forged{net::Descriptor::of_frame(claim, 0, 60)};
        CHECK(crossing.wire->send(net::Side::A, forged).has_value());
        Error error = Error::Killed;
        CHECK(crossing.blue.inside([&] {
            auto packet = receive(crossing.blue_end());
            if (!packet) error = packet.error();
        }));
        CHECK(error == Error::Refused);
    }
    const mm::FrameTable frames = kernel::memory().frames();
    CHECK(frames[red_frame].owner == crossing.red->domain().id());
    CHECK(frames[shared_page->first()].state == mm::FrameState::Shared);
    CHECK(crossing.wire->counters(net::Side::B).refused == claims.size());
}

LACUNA_TEST("net.wire", "out of wire ring: a clear error, and recovery") {
    for (const auto& choice : mm::handover_choices) {
        const net::HandoverOps& ops = net::handover(choice.value);
        Crossing crossing;
        REQUIRE(crossing.prepare());
        std::size_t sent = 0;
        Error error = Error::Killed;
        CHECK(crossing.red.inside([&] {
            while (true) {
                net::SpanSource source{std::span{pattern}.first(5000)};
                const auto result = ops.send(crossing.red_end(), net::link_state->outbox, source);
                if (!result) {
                    error = result.error();
                    break;
                }
                ++sent;
            }
            net::link_state->outbox.flush();
        }));
        CHECK(error == Error::NoSpace);
        CHECK(sent > 0);
        std::size_t received = 0;
        CHECK(crossing.blue.inside([&] {
            net::Inbox inbox;
            while (auto packet = net::receive_packet(crossing.blue_end(), inbox, net::link_state->frames)) {
                ++received;
                packet->recycle(net::link_state->frames);
            }
        }));
        CHECK(received == sent);
        send_from_red(crossing, ops, 5000);
    }
}

LACUNA_TEST("net.wire", "frames in flight come back, zeroed, when the wire and its namespaces go") {
    const std::uint32_t tag = next_tag;
    std::array<mm::Pfn, 64> flying{};
    std::size_t count = 0;
    {
        Crossing crossing;
        REQUIRE(crossing.prepare());
        for (int i = 0; i < 8; ++i) send_from_red(crossing, net::handover(mm::HandoverPolicy::Remap), 9014);
        for_each_in_transit(mm::TransitTag{tag}, [&](mm::Pfn pfn) {
            if (count < flying.size()) flying[count++] = pfn;
        });
        CHECK(count == 8 * frames_for(9014));
        crossing.red.remove(); // its frames on the wire are no longer its own
        CHECK(in_transit(mm::TransitTag{tag}) == count);
    }
    CHECK(in_transit(mm::TransitTag{tag}) == 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bytes = kernel::memory().direct_map().ptr<std::byte>(flying[i].address());
        if (!bytes) continue; // kept out of the direct map for the next owner
        bool zero = true;
        for (std::size_t at = 0; at < mm::page_size; ++at) zero = zero && (*bytes)[at] == std::byte{0};
        CHECK(zero);
    }
}

} // namespace
