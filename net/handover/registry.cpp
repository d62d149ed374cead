// SPDX-License-Identifier: MIT
#include "net/handover/auto.hpp"
#include "net/handover/copy.hpp"
#include "net/handover/handover.hpp"
#include "net/handover/remap.hpp"

#include <array>

namespace net {

namespace {

template <Handover H>
constexpr HandoverOps ops_of() {
    return {.policy = H::policy, .send = &H::send, .forward = &H::forward};
}

constexpr std::array registry{ops_of<Remap>(), ops_of<Copy>(), ops_of<Auto>()};

constexpr bool every_choice_is_registered() {
    for (const auto& choice : mm::handover_choices) {
        bool found = false;
        for (const HandoverOps& ops : registry) found = found || ops.policy == choice.value;
        if (!found) return false;
    }
    return true;
}
static_assert(every_choice_is_registered(), "a choice of mm/policies.hpp has no implementation");

} // namespace

const HandoverOps& handover(mm::HandoverPolicy policy) {
    for (const HandoverOps& ops : registry) {
        if (ops.policy == policy) return ops;
    }
    kernel::panic("handover policy without implementation");
}

const HandoverOps& handover(const mm::Policies& policies) {
    Auto::set_threshold(policies.handover_threshold);
    return handover(policies.handover);
}

} // namespace net
