// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mm {

/// Names an owner of frames. 0 stands for nobody in particular: shared memory and free frames.
/// Unique among the domains alive; numbers are used again.
class DomainId {
public:
    constexpr DomainId() = default;
    explicit constexpr DomainId(std::uint16_t id) : id_(id) {}
    constexpr std::uint16_t raw() const { return id_; }
    constexpr bool is_shared() const { return id_ == 0; }
    constexpr auto operator<=>(const DomainId&) const = default;

private:
    std::uint16_t id_ = 0;
};

inline constexpr DomainId shared_domain{};

/// Domains that can be alive at a time; their numbers are 1 .. max_domains.
inline constexpr std::size_t max_domains = 1023;

/// What a domain belongs to. Each kind has a top-level slot of its own for its windows, so an
/// address space holds at most one domain of each.
enum class DomainKind : std::uint8_t { Net, Process, Secret };
inline constexpr std::size_t domain_kinds = 3;

constexpr std::string_view name(DomainKind kind) {
    switch (kind) {
    case DomainKind::Net:
        return "net";
    case DomainKind::Process:
        return "process";
    case DomainKind::Secret:
        return "secret";
    }
    return "unknown";
}

} // namespace mm
