// SPDX-License-Identifier: MIT
#include "kernel/bench/figures.hpp"

#include "kernel/base/console.hpp"
#include "kernel/base/fixed_text.hpp"
#include "kernel/main/system.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "net/links/links.hpp"

namespace kernel::bench {
namespace {

/// The name of a policy's value in its table of choices.
template <class Choices, class T>
std::string_view chosen(const Choices& choices, T value) {
    for (const auto& choice : choices) {
        if (choice.value == value) return choice.name;
    }
    return "?";
}

/// A namespace for the measurements' sake, gone when this goes.
class Temporary {
public:
    explicit Temporary(std::string_view name) : name_(name), ns_(namespaces().create(name)) {}
    ~Temporary() {
        if (!ns_) return;
        ns_->reset();
        static_cast<void>(namespaces().remove(name_));
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    Result<NetNamespace*> get() const {
        if (!ns_) return std::unexpected(ns_.error());
        return ns_->get();
    }

private:
    std::string_view name_;
    Result<NamespaceRef> ns_;
};

net::InterfaceConfig end_of_link(std::string_view address) {
    net::InterfaceConfig config;
    config.addressing = net::Addressing::Static;
    config.address = *net::parse_prefix(address);
    return config;
}

} // namespace

Result<> all_figures() {
    const mm::Policies& policies = options().policies;
    print("cycles (instructions under -icount shift=0) and events per operation\n"
          "isolation={} granularity={} handover={}\n",
          chosen(mm::isolation_choices, policies.isolation), chosen(mm::granularity_choices, policies.granularity),
          chosen(mm::handover_choices, policies.handover));
    namespace_figures();
    const Temporary first("figures-a"), second("figures-b");
    NetNamespace& a = *TRY(first.get());
    NetNamespace& b = *TRY(second.get());
    TRY(net::create_veth(a, end_of_link("192.168.77.1/24"), b, end_of_link("192.168.77.2/24")));
    memory_figures(a);
    switch_figures(a, b);
    handover_figures(a, b);
    tcp_figures(a, b);
    return {};
}

} // namespace kernel::bench
