// SPDX-License-Identifier: MIT
#include "kernel/sched/kernel_stack.hpp"

#include "kernel/base/mutant.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

#include <utility>

namespace kernel {

KernelStack& KernelStack::operator=(KernelStack&& other) noexcept {
    bottom_ = std::exchange(other.bottom_, 0);
    size_ = other.size_;
    exclusive_ = std::move(other.exclusive_);
    shared_ = std::move(other.shared_);
    return *this;
}

Result<KernelStack> KernelStack::allocate(mm::Domain* domain, StackSize size) {
    const mm::Order order = mm::Order::for_bytes(std::to_underlying(size));
    KernelStack stack;
    stack.size_ = size;
    if (domain != nullptr && !mutant(Mutant::SharedStacks)) {
        stack.exclusive_ = TRY(domain->alloc_pages(order, mm::Zero::No, mm::FrameState::Stack));
        stack.bottom_ = reinterpret_cast<uintptr_t>(stack.exclusive_.address().get());
    } else {
        stack.shared_ = TRY(memory().alloc_pages(order, mm::Zero::No));
        stack.bottom_ = reinterpret_cast<uintptr_t>(stack.shared_.address());
    }
    return stack;
}

void KernelStack::arm() const { *reinterpret_cast<volatile uint64_t*>(bottom_) = canary; }

bool KernelStack::intact() const { return !exists() || *reinterpret_cast<const volatile uint64_t*>(bottom_) == canary; }

} // namespace kernel
