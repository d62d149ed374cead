// SPDX-License-Identifier: MIT
#include "kernel/test/test.hpp"

#include <arch/msix.hpp>
#include <arch/pci.hpp>

namespace {

constexpr std::uint8_t class_bridge = 0x06;
constexpr std::uint8_t subclass_host = 0x00;

} // namespace

LACUNA_TEST("arch.pci", "the scan finds the host bridge first and every function once") {
    const auto devices = arch::pci_devices();
    REQUIRE(!devices.empty());
    CHECK(devices[0].class_code() == class_bridge);
    CHECK(devices[0].subclass() == subclass_host);
    for (std::size_t i = 1; i < devices.size(); ++i) CHECK(devices[i - 1].address() < devices[i].address());
}

LACUNA_TEST("arch.pci", "nobody answers at an empty place") {
    CHECK_FALSE(arch::PciDevice::at({.bus = 0, .device = 30, .function = 7}).has_value());
}

LACUNA_TEST("arch.pci", "a MSI-X interrupt needs an entry that the device has") {
    for (const arch::PciDevice& device : arch::pci_devices()) {
        if (!device.find_capability(arch::PciCapability::MsiX)) {
            CHECK(arch::MsiX::create(device).error() == kernel::Error::Unsupported);
            continue;
        }
        arch::MsiX none;
        const auto refused = none.route(0, [](void*) {}, nullptr);
        CHECK(refused.error() == kernel::Error::InvalidArgument);
    }
}
