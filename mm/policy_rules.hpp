// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mm/policies.hpp"

namespace mm {

/// What the processor has, of what a policy may need.
struct PolicyNeeds {
    bool protection_keys = false; ///< of supervisor pages (CPUID.7:ECX.PKS)
};

/// What becomes of a combination that makes no sense. Nothing is ever replaced by another choice: the boot stops, or
/// the option is without effect.
enum class Ruling : std::uint8_t {
    Refused,       ///< the system does not start
    WithoutEffect, ///< it starts, and says so
};

/// One combination that makes no sense. All others boot and pass the suites.
struct PolicyRule {
    Ruling ruling;
    std::string_view combination; ///< as on the command line
    bool (*applies)(const Policies& policies, const PolicyNeeds& processor);
    std::string_view reason; ///< a sentence
    std::string_view advice; ///< what to choose instead; a sentence
};

/// All of them.
std::span<const PolicyRule> policy_rules();

/// The rule that keeps these policies from being used, or null.
const PolicyRule* refusal_of(const Policies& policies, const PolicyNeeds& processor);

} // namespace mm
