// SPDX-License-Identifier: MIT
#include "mm/policy_rules.hpp"

#include <array>

namespace mm {

namespace {

constexpr std::array rules{
    PolicyRule{Ruling::Refused, "isolation=pks without supervisor protection keys in the processor",
               [](const Policies& policies, const PolicyNeeds& processor) {
                   return policies.isolation == Isolation::Pks && !processor.protection_keys;
               },
               "CPUID does not offer PKS, and a kernel that trusted in keys would isolate nothing.",
               "Give the machine a processor that has it (QEMU: -cpu max), or choose isolation=pgd."},
    PolicyRule{Ruling::Refused, "placement=clone isolation=pks",
               [](const Policies& policies, const PolicyNeeds&) {
                   return policies.isolation == Isolation::Pks && policies.placement == Placement::Clone;
               },
               "Protection keys keep namespaces apart within one page table; a copy for each would never be used.",
               "Choose placement=window, or isolation=pgd."},
    PolicyRule{Ruling::Refused, "placement=clone isolation=none",
               [](const Policies& policies, const PolicyNeeds&) {
                   return policies.isolation == Isolation::None && policies.placement == Placement::Clone;
               },
               "Without isolation nothing leaves the direct map, and there is nothing to place.",
               "Choose isolation=pgd, or leave placement out."},
    PolicyRule{Ruling::WithoutEffect, "granularity=page isolation=none",
               [](const Policies& policies, const PolicyNeeds&) {
                   return policies.isolation == Isolation::None && policies.granularity == Granularity::Page;
               },
               "Without isolation nothing leaves the direct map, in whatever units.", "Leave granularity out."},
};

} // namespace

std::span<const PolicyRule> policy_rules() { return rules; }

const PolicyRule* refusal_of(const Policies& policies, const PolicyNeeds& processor) {
    for (const PolicyRule& rule : rules) {
        if (rule.ruling == Ruling::Refused && rule.applies(policies, processor)) return &rule;
    }
    return nullptr;
}

} // namespace mm
