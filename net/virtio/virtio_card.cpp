// SPDX-License-Identifier: MIT
#include "net/virtio/virtio_card.hpp"

#include "kernel/base/log.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/on_each_cpu.hpp"
#include "net/bridge/bridge.hpp"
#include "net/links/link_state.hpp"
#include "net/lwip/instance.hpp"
#include "net/stack/core_lock.hpp"
#include "net/stack/rx_source.hpp"
#include "net/stack/stack.hpp"
#include "net/virtio/virtio_queues.hpp"

#include <algorithm>

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

namespace {

/// The shared face of the card: what its interrupt and the namespace's list of devices may touch. The
/// driver proper is in the namespace's memory, behind link_state.
class VirtioCard final : public RxSource, public kernel::NetDevice {
public:
    Result<> start(const arch::PciDevice& device);

    unsigned drain(unsigned budget) override {
        const CoreLock lock;
        return link_state->uplink->drain(link_state->sink(sink_), budget);
    }
    void shutdown() override;
    std::string_view name() const override { return "eth0"; }

private:
    static void interrupt(void* card) { static_cast<VirtioCard*>(card)->notify(); }
    Result<> connect();

    SinkId sink_;
};

/// One card is driven; a second one is left alone.
constinit VirtioCard the_card;

constexpr std::uint16_t receive_interrupt = 0; ///< the MSI-X entry used

Result<> VirtioCard::start(const arch::PciDevice& device) {
    const VirtioPci transport = TRY(VirtioPci::create(device));
    arch::MsiX interrupts = TRY(arch::MsiX::create(device));
    TRY(interrupts.route(receive_interrupt, &VirtioCard::interrupt, this));
    {
        const CoreLock lock;
        link_state->uplink = TRY(VirtioQueues::create(transport, receive_interrupt, link_state->frames));
        TRY(connect());
    }
    {
        kernel::MutexGuard guard(instance.space->devices_mutex);
        instance.space->devices.push_back(*this);
    }
    instance.stack->rx().attach(*this);
    return {};
}

Result<> VirtioCard::connect() {
    Bridge& bridge = *link_state->bridge;
    const PortId port = TRY(bridge.add(*link_state->uplink));
    sink_ = TRY(link_state->add(bridge.input(port)));
    return {};
}

void VirtioCard::shutdown() {
    instance.stack->rx().detach(*this);
    // An interrupt that came before that may have found the thread, and be about to wake it. It runs with
    // interrupts off, so it is over once its CPU has run a task.
    kernel::on_each_cpu([](void*) {});
    const CoreLock lock;
    link_state->uplink->stop();
    link_state->sink(sink_).port_gone();
    link_state->remove(sink_);
}

} // namespace

Result<> start_virtio_card() {
    const auto devices = arch::pci_devices();
    const auto card = std::ranges::find_if(devices, [](const arch::PciDevice& device) {
        return device.vendor() == VirtioPci::vendor_id && device.device() == VirtioPci::network_device;
    });
    if (card == devices.end()) return fail(Error::NotFound);
    return the_card.start(*card);
}

} // namespace net
