// SPDX-License-Identifier: MIT
#include "kernel/shell/commands/ip.hpp"

#include <algorithm>
#include <array>

#include "net/stack/interfaces.hpp"

namespace kernel {
namespace {

constexpr std::size_t most_interfaces = 16;
constexpr unsigned lease_timeout_ms = 10'000;

/// The interfaces of the current namespace, as they were a moment ago.
class Interfaces {
public:
    Interfaces() : count_(std::min(net::list_interfaces(all_), all_.size())) {}

    std::span<const net::InterfaceInfo> all() const { return std::span(all_).first(count_); }

    /// The one that a command means when it names none: the default one, else the first with a MAC
    /// address. Empty if there is none.
    std::string_view usual() const {
        for (const auto& interface : all()) {
            if (interface.is_default) return interface.name.data();
        }
        for (const auto& interface : all()) {
            if (std::ranges::any_of(interface.mac, [](auto byte) { return byte != 0; })) {
                return interface.name.data();
            }
        }
        return {};
    }

private:
    std::array<net::InterfaceInfo, most_interfaces> all_{};
    std::size_t count_;
};

void print_interface(const net::InterfaceInfo& info) {
    net::IpText text;
    print("{}: {}{}{}", info.name.data(), info.up ? "up" : "down", info.link_up ? "" : ", no link",
          info.is_default ? ", default" : "");
    if (info.mtu != 0) print(", mtu {}", info.mtu);
    const auto& mac = info.mac;
    if (std::ranges::any_of(mac, [](auto byte) { return byte != 0; })) {
        print(", mac {:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    }
    write("\n");
    if (info.v4.length != 0) {
        print("    inet {}/{}", net::to_text(info.v4.address, text), info.v4.length);
        if (!ip_addr_isany(&info.gateway)) print(" gateway {}", net::to_text(info.gateway, text));
        print("{}\n", info.dhcp ? " by DHCP" : "");
    }
    for (std::size_t i = 0; i < info.v6_count; ++i) {
        print("    inet6 {}/{}\n", net::to_text(info.v6[i].address, text), info.v6[i].length);
    }
}

Status show() {
    const Interfaces interfaces;
    for (const auto& interface : interfaces.all()) print_interface(interface);
    return Status::Ok;
}

/// Reports what came of a change to `interface`.
Status changed(std::string_view interface, const Result<>& result) {
    if (result) return Status::Ok;
    if (result.error() == Error::NotFound) {
        return failed("ip: no interface '{}' here; `ip` lists them", interface);
    }
    return failed("ip: {}: {}", interface, name(result.error()));
}

Status address(Arguments arguments) {
    if (arguments.size() < 2 || arguments.size() > 3) return Status::BadUsage;
    const auto prefix = net::parse_prefix(arguments[1]);
    if (!prefix) return failed("ip: '{}' is not an address such as 10.0.2.30/24 or fd00::1/64", arguments[1]);
    const Interfaces interfaces;
    const std::string_view interface = arguments.size() == 3 ? arguments[2] : interfaces.usual();
    if (interface.empty()) return failed("ip: the namespace has no interface but the loopback");
    if (arguments[0] == "add") return changed(interface, net::add_address(interface, *prefix));
    if (arguments[0] == "del") return changed(interface, net::remove_address(interface, prefix->address));
    return Status::BadUsage;
}

Status route(Arguments arguments) {
    const Interfaces interfaces;
    if (arguments.empty()) {
        net::IpText text;
        for (const auto& interface : interfaces.all()) {
            if (interface.is_default && !ip_addr_isany(&interface.gateway)) {
                print("default via {} dev {}\n", net::to_text(interface.gateway, text), interface.name.data());
            }
            if (interface.v4.length != 0) {
                print("{}/{} dev {}\n", net::to_text(interface.v4.address, text), interface.v4.length,
                      interface.name.data());
            }
        }
        return Status::Ok;
    }
    if (arguments[0] == "del" && arguments.size() <= 2) {
        const std::string_view interface = arguments.size() == 2 ? arguments[1] : interfaces.usual();
        return changed(interface, net::clear_gateway(interface));
    }
    if (arguments[0] == "add" && (arguments.size() == 2 || arguments.size() == 3)) {
        const auto gateway = net::parse_ip(arguments[1]);
        if (!gateway) return failed("ip: '{}' is not an address such as 10.0.2.2", arguments[1]);
        const std::string_view interface = arguments.size() == 3 ? arguments[2] : interfaces.usual();
        return changed(interface, net::set_gateway(interface, *gateway));
    }
    return Status::BadUsage;
}

Status lease(Arguments arguments) {
    if (arguments.size() > 1) return Status::BadUsage;
    const Interfaces interfaces;
    const std::string_view interface = arguments.empty() ? interfaces.usual() : arguments[0];
    if (const Status status = changed(interface, net::start_dhcp(interface)); status != Status::Ok) return status;
    return changed(interface, net::wait_for_lease(interface, lease_timeout_ms));
}

Status name_server(Arguments arguments) {
    if (arguments.size() != 1) return Status::BadUsage;
    const auto server = net::parse_ip(arguments[0]);
    if (!server) return failed("ip: '{}' is not an address such as 10.0.2.3", arguments[0]);
    net::set_dns_server(*server);
    return Status::Ok;
}

} // namespace

Status ip_command(Arguments arguments) {
    if (arguments.empty()) return show();
    const Arguments rest = arguments.subspan(1);
    if (arguments[0] == "addr") return rest.empty() ? show() : address(rest);
    if (arguments[0] == "route") return route(rest);
    if (arguments[0] == "dhcp") return lease(rest);
    if (arguments[0] == "dns") return name_server(rest);
    return Status::BadUsage;
}

} // namespace kernel
