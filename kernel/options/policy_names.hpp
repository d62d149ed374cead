// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "kernel/base/fixed_text.hpp"
#include "kernel/options/options.hpp"

namespace kernel {

/// The name of `value` in its table of choices.
template <class Choices, class T>
constexpr std::string_view choice_name(const Choices& choices, T value) {
    for (const auto& choice : choices) {
        if (choice.value == value) return choice.name;
    }
    return "?";
}

/// Calls `visit(axis, choice)` for each axis, by the names that the command line uses.
template <class Visit>
void for_each_policy(const Options& options, Visit&& visit) {
    const mm::Policies& policies = options.policies;
    visit("isolation", choice_name(mm::isolation_choices, policies.isolation));
    visit("placement", choice_name(mm::placement_choices, policies.placement));
    visit("granularity", choice_name(mm::granularity_choices, policies.granularity));
    visit("flush", choice_name(mm::flush_choices, policies.flush));
    visit("pcid", choice_name(mm::pcid_choices, policies.pcid));
    visit("handover", choice_name(mm::handover_choices, policies.handover));
    visit("handover.threshold", FixedText<24>("{}", policies.handover_threshold).view());
    visit("heap", choice_name(mm::heap_choices, policies.heap));
    visit("slab.poison", choice_name(mm::poison_choices, policies.poison));
    visit("slab.redzone", choice_name(mm::red_zone_choices, policies.red_zone));
    visit("directmap.leaf", choice_name(mm::direct_map_leaf_choices, policies.direct_map_leaf));
    visit("sched", choice_name(scheduling_choices, options.scheduling));
}

} // namespace kernel
