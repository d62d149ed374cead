// SPDX-License-Identifier: MIT
#include "tests/isolation/two_namespaces.hpp"

#include <arch/layout.hpp>
#include <arch/probe.hpp>

#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"
#include "mm/slab.hpp"
#include "net/apps/bulk.hpp"
#include "net/links/links.hpp"

namespace isolation {
namespace {

using kernel::NetNamespace;

constexpr std::string_view blue_address = "192.168.99.2";
constexpr std::uint64_t stream_bytes = 64 * 1024;

net::InterfaceConfig end_at(std::string_view address) {
    net::InterfaceConfig config;
    config.addressing = net::Addressing::Static;
    config.address = *net::parse_prefix(address);
    return config;
}

/// Reads one byte, in a way that the compiler cannot leave out.
void touch(void* address) { static_cast<void>(*static_cast<volatile std::uint8_t*>(address)); }

} // namespace

TwoNamespaces::TwoNamespaces() {
    if (!red_ || !blue_) return;
    if (!net::create_veth(*red_, end_at("192.168.99.1/24"), *blue_, end_at("192.168.99.2/24"))) return;
    bool serves = false;
    ready_ = blue_.inside([&serves] { serves = net::BulkSink::start().has_value(); }) && serves && talk();
}

bool TwoNamespaces::talk() {
    bool arrived = false;
    return red_.inside([&arrived] {
        arrived = net::bulk_send({.host = blue_address, .bytes = stream_bytes}).has_value();
    }) && arrived;
}

std::size_t readable(NetNamespace* ns, std::span<const std::uint64_t> addresses) {
    std::size_t count = 0;
    const auto probe = [&] {
        for (std::uint64_t address : addresses) {
            std::array<std::byte, 1> byte;
            count += arch::probe_read(mm::VirtAddr{address}, byte);
        }
    };
    if (ns == nullptr) {
        probe();
    } else {
        kernel::ensure(kernel::run_inside(*ns, probe).has_value(), "a probe never faults");
    }
    return count;
}

bool read_is_fatal(NetNamespace& ns, std::uint64_t address) {
    auto* const pointer = reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
    const auto task = kernel::spawn_process(&ns, {.name = "attacker", .function = touch, .argument = pointer});
    if (!task) return false;
    const auto reason = kernel::join(**task);
    return reason && *reason == kernel::ExitReason::Faulted;
}

std::span<const OwnedPage> pages_of(NetNamespace& ns) {
    static constinit std::array<OwnedPage, 2048> pages{};
    std::size_t count = 0;
    const mm::FrameTable frames = kernel::memory().frames();
    for (std::uint64_t i = 0; i < frames.size().raw() && count < pages.size(); ++i) {
        const mm::Frame& frame = frames[mm::Pfn{i}];
        if (frame.owner == ns.domain().id() && mm::is_exclusive(frame.state)) {
            pages[count++] = {mm::Pfn{i}, frame.state};
        }
    }
    return std::span(pages).first(count);
}

std::uint64_t object_of(NetNamespace& ns, std::string_view cache) {
    std::uint64_t found = 0;
    const auto looked = kernel::run_inside(ns, [&] {
        kernel::memory().slabs().for_each_live(ns.domain(), [&](void* object, std::size_t, std::string_view name) {
            if (name == cache && found == 0) found = reinterpret_cast<std::uintptr_t>(object);
        });
    });
    return looked ? found : 0;
}

bool owners_use_direct_map() { return kernel::memory().placements().scheme == mm::Scheme::Clone; }

std::uint64_t in_direct_map(mm::Pfn pfn) { return mm::DirectMap::virt(pfn.address()).raw(); }
std::uint64_t in_window(mm::Pfn pfn) {
    if (owners_use_direct_map()) return in_direct_map(pfn);
    return arch::window_base(arch::window_first_slot) + pfn.address().raw();
}

bool isolates() { return kernel::memory().policies().isolation != mm::Isolation::None; }

} // namespace isolation
