// SPDX-License-Identifier: MIT
#include "mm/policy_rules.hpp"

#include "kernel/test/test.hpp"
#include "mm/scheme.hpp"

using namespace mm;

namespace {

bool is_refused(Isolation isolation, Placement placement, bool keys = true) {
    return refusal_of({.isolation = isolation, .placement = placement}, {.protection_keys = keys}) != nullptr;
}

} // namespace

LACUNA_TEST("mm.policies", "combinations that make no sense are refused, all others are not") {
    CHECK_FALSE(is_refused(Isolation::Pgd, Placement::Window, false));
    CHECK_FALSE(is_refused(Isolation::Pgd, Placement::Clone, false));
    CHECK_FALSE(is_refused(Isolation::None, Placement::Window, false));
    CHECK_FALSE(is_refused(Isolation::Pks, Placement::Window));
    CHECK(is_refused(Isolation::Pks, Placement::Window, false));
    CHECK(is_refused(Isolation::Pks, Placement::Clone));
    CHECK(is_refused(Isolation::None, Placement::Clone));
    // The other axes go with everything.
    for (const auto& granularity : granularity_choices) {
        for (const auto& handover : handover_choices) {
            for (const auto& flush : flush_choices) {
                for (const auto& isolation : isolation_choices) {
                    const Policies policies{.isolation = isolation.value,
                                            .granularity = granularity.value,
                                            .flush = flush.value,
                                            .handover = handover.value};
                    CHECK(refusal_of(policies, {.protection_keys = true}) == nullptr);
                }
            }
        }
    }
}

LACUNA_TEST("mm.policies", "every rule applies to something, and says why and what instead") {
    for (const PolicyRule& rule : policy_rules()) {
        INFO(rule.combination);
        unsigned applies = 0;
        for (const auto& isolation : isolation_choices) {
            for (const auto& placement : placement_choices) {
                for (const auto& granularity : granularity_choices) {
                    for (const bool keys : {false, true}) {
                        applies += rule.applies({.isolation = isolation.value,
                                                 .placement = placement.value,
                                                 .granularity = granularity.value},
                                                {.protection_keys = keys});
                    }
                }
            }
        }
        CHECK(applies > 0);
        CHECK(rule.reason.ends_with('.'));
        CHECK(rule.advice.ends_with('.'));
    }
}

LACUNA_TEST("mm.policies", "isolation and placement come to a scheme") {
    CHECK(scheme_of(Isolation::Pgd, Placement::Window) == Scheme::Window);
    CHECK(scheme_of(Isolation::Pgd, Placement::Clone) == Scheme::Clone);
    CHECK(scheme_of(Isolation::Pks, Placement::Window) == Scheme::Keyed);
    CHECK(scheme_of(Isolation::None, Placement::Window) == Scheme::InPlace);
    CHECK(has_own_table(Scheme::Window));
    CHECK(has_own_table(Scheme::Clone));
    CHECK_FALSE(has_own_table(Scheme::Keyed));
    CHECK_FALSE(has_own_table(Scheme::InPlace));
    CHECK(detaches(Scheme::Keyed));
    CHECK_FALSE(detaches(Scheme::InPlace));
}
