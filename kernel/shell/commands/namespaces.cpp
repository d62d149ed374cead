// SPDX-License-Identifier: MIT
#include <array>
#include <optional>

#include "kernel/base/fixed_text.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/options/values.hpp"
#include "kernel/shell/commands/groups.hpp"
#include "kernel/shell/line_parser.hpp"
#include "kernel/shell/runner.hpp"
#include "mm/domain/domain.hpp"
#include "net/links/links.hpp"

namespace kernel {
namespace {

/// What `ns add` was asked for.
struct AddRequest {
    std::string_view name;
    std::optional<net::IpPrefix> address;
    std::optional<ip_addr_t> gateway;
    std::optional<std::string_view> peer;
    std::optional<mm::PageCount> limit;
    bool linked = true;
};

FixedText<64> text(const net::IpPrefix& prefix) {
    net::IpText address;
    return FixedText<64>("{}/{}", net::to_text(prefix.address, address), prefix.length);
}

/// Reads one option of `ns add` and its value; BadUsage if there is no such option.
Status read_option(AddRequest& request, std::string_view option, std::string_view value) {
    if (option == "--addr") {
        const auto prefix = net::parse_prefix(value);
        if (!prefix) return failed("ns add: '{}' is not an address such as 10.0.2.30/24", value);
        request.address = *prefix;
    } else if (option == "--gateway") {
        const auto address = net::parse_ip(value);
        if (!address) return failed("ns add: '{}' is not an address such as 10.0.2.2", value);
        request.gateway = *address;
    } else if (option == "--peer") {
        request.peer = value;
    } else if (option == "--limit") {
        const auto bytes = parse_size(value);
        if (!bytes || *bytes < mm::page_size) return failed("ns add: '{}' is not a size such as 4M", value);
        request.limit = mm::PageCount::for_bytes(*bytes);
    } else {
        return Status::BadUsage;
    }
    return Status::Ok;
}

Status read_request(AddRequest& request, Arguments arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i].starts_with("--")) {
            if (!request.name.empty()) return Status::BadUsage;
            request.name = arguments[i];
        } else if (arguments[i] == "--no-link") {
            request.linked = false;
        } else {
            if (i + 1 == arguments.size()) return Status::BadUsage;
            if (const Status status = read_option(request, arguments[i], arguments[i + 1]); status != Status::Ok) {
                return status;
            }
            ++i;
        }
    }
    return request.name.empty() ? Status::BadUsage : Status::Ok;
}

/// Joins `ns` to another namespace directly: 192.168.N.1 here and .2 there, N being this one's number.
Result<net::IpPrefix> link_to_peer(NetNamespace& ns, NetNamespace& peer, const AddRequest& request) {
    const auto address = [&](unsigned host) {
        return net::parse_prefix(FixedText<32>("192.168.{}.{}/24", ns.id() % 256, host).view());
    };
    net::InterfaceConfig here, there;
    here.addressing = there.addressing = net::Addressing::Static;
    here.address = request.address ? *request.address : TRY(address(1));
    here.gateway = request.gateway;
    there.address = TRY(address(2));
    TRY(net::create_veth(ns, here, peer, there));
    return here.address;
}

Status link(NetNamespace& ns, const AddRequest& request) {
    Result<net::IpPrefix> address = fail(Error::NotFound);
    if (request.peer) {
        const auto peer = namespaces().find(*request.peer);
        if (!peer) return failed("ns add: no namespace '{}' to link to; `ns list` lists them", *request.peer);
        address = link_to_peer(ns, **peer, request);
    } else {
        const auto init = namespaces().find("init");
        if (!init) return Status::Ok;
        address = net::attach_to_bridge(ns, **init, {.address = request.address, .gateway = request.gateway});
    }
    if (!address) return failed("ns add: cannot link {}: {}", ns.name(), name(address.error()));
    print("{} {}\n", ns.name(), text(*address).view());
    return Status::Ok;
}

Status add(Arguments arguments) {
    AddRequest request;
    if (const Status status = read_request(request, arguments); status != Status::Ok) return status;
    const auto ns = namespaces().create(request.name);
    if (!ns) {
        if (ns.error() == Error::Exists) return failed("ns add: there is a namespace '{}' already", request.name);
        if (ns.error() == Error::InvalidArgument) {
            return failed("ns add: '{}' is no name: letters, digits, - and _, at most {} of them", request.name,
                          NetNamespace::name_size - 1);
        }
        return failed("ns add: {}: {}", request.name, name(ns.error()));
    }
    if (request.limit) (*ns)->domain().set_limit(*request.limit);
    if (!request.linked) {
        print("{}\n", (*ns)->name());
        return Status::Ok;
    }
    const Status status = link(**ns, request);
    // All or nothing: a namespace that was to have a link and has none is of no use.
    if (status != Status::Ok) static_cast<void>(namespaces().remove(request.name));
    return status;
}

Status remove(Arguments arguments) {
    if (arguments.size() != 1) return Status::BadUsage;
    if (arguments[0] == "init") return failed("ns del: init owns the network card and the bridge, and stays");
    const auto removed = namespaces().remove(arguments[0]);
    if (removed) return Status::Ok;
    if (removed.error() == Error::NotFound) {
        return failed("ns del: no namespace '{}'; `ns list` lists them", arguments[0]);
    }
    return failed("ns del: {}: {}", arguments[0], name(removed.error()));
}

Status list(Arguments arguments) {
    if (!arguments.empty()) return Status::BadUsage;
    print("{:<16} {:>6} {:>8} {:>8} {:>8}\n", "namespace", "domain", "pages", "peak", "devices");
    namespaces().for_each([](NetNamespace& ns) {
        const mm::DomainBooks books = ns.domain().books();
        MutexGuard guard(ns.devices_mutex);
        print("{:<16} {:>6} {:>8} {:>8} {:>8}\n", ns.name(), ns.domain().id().raw(), books.owned.raw(),
              books.peak.raw(), ns.devices.size());
    });
    return Status::Ok;
}

/// `ns exec NS 'COMMAND; COMMAND'`: one quoted word that is a whole line.
Status exec_line(NetNamespace& ns, std::string_view line) {
    // On this stack, which is shared memory as the words must be.
    std::array<char, 512> storage;
    std::array<std::string_view, 32> room;
    LineParser parser(line, storage);
    Status all = Status::Ok;
    while (true) {
        const auto parsed = parser.next(room);
        if (parsed.kind == LineParser::Kind::End) return all;
        if (parsed.kind != LineParser::Kind::Command) return failed("ns exec: cannot read '{}'", line);
        if (run_command_in(ns, parsed.words) != Status::Ok) all = Status::Failed;
    }
}

Status exec(Arguments arguments) {
    if (arguments.size() < 2) return Status::BadUsage;
    const auto ns = namespaces().find(arguments[0]);
    if (!ns) return failed("ns exec: no namespace '{}'; `ns list` lists them", arguments[0]);
    if (arguments.size() == 2 && arguments[1].find_first_of(" ;") != std::string_view::npos) {
        return exec_line(**ns, arguments[1]);
    }
    return run_command_in(**ns, arguments.subspan(1));
}

Status ns(Arguments arguments) {
    if (arguments.empty()) return list({});
    const Arguments rest = arguments.subspan(1);
    if (arguments[0] == "add") return add(rest);
    if (arguments[0] == "del") return remove(rest);
    if (arguments[0] == "list") return list(rest);
    if (arguments[0] == "exec") return exec(rest);
    return Status::BadUsage;
}

constexpr Command commands[] = {
    {"ns", "add NAME [OPTION...] | del NAME | list | exec NAME COMMAND...",
     "Make, end and list namespaces; run a command inside one.\n"
     "Options of add: --addr A.B.C.D/N, --gateway A.B.C.D, --limit SIZE (of exclusive memory),\n"
     "--peer NAME (a link to that namespace instead of to the bridge), --no-link.\n"
     "Without options the namespace gets 10.0.2.21/24 or the next free address on the bridge.",
     Place::System, ns},
};

} // namespace

constinit const CommandGroup namespace_commands{"Namespaces", commands};

} // namespace kernel
