// SPDX-License-Identifier: MIT
#pragma once

#include <lwip/opt.h>
#include <lwip/timeouts.h>

#include <array>
#include <cstdint>

namespace net {

/// Timer objects for when the namespace has no memory left. lwIP frees a periodic timer and allocates it
/// again at each turn, and asserts that it gets it: with this reserve, larger than the number of its
/// timers, a namespace at its limit drops packets but keeps its clock. Used with the core lock held.
class TimeoutReserve {
public:
    /// A free object; null if all are in use.
    void* take() {
        if (used_ == ~std::uint32_t{0}) return nullptr;
        const auto slot = static_cast<unsigned>(__builtin_ctz(~used_));
        used_ |= std::uint32_t{1} << slot;
        return &slots_[slot];
    }

    /// Takes the object back, if it is one of these; false if it is not.
    bool give(void* object) {
        auto* timeout = static_cast<sys_timeo*>(object);
        if (timeout < slots_.data() || timeout >= slots_.data() + slots_.size()) return false;
        used_ &= ~(std::uint32_t{1} << (timeout - slots_.data()));
        return true;
    }

private:
    std::uint32_t used_ = 0; ///< bit n: slot n is handed out
    std::array<sys_timeo, 32> slots_{};
};

} // namespace net
