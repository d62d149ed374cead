// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/addr.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mm {
class Domain;
}

namespace kernel {

/// A task's kernel stack: 16 KiB of its domain's exclusive memory, or of shared memory for a task outside
/// all namespaces. The lowest word holds a canary. Only the numbers of its addresses are kept here: the
/// object is part of the shared task structure.
class KernelStack {
public:
    static constexpr size_t size = 16 * 1024;
    static constexpr uint64_t canary = 0x1acc'a5ed'57ac'ca9e;

    KernelStack() = default;
    KernelStack(KernelStack&& other) noexcept { swap(other); }
    KernelStack& operator=(KernelStack&& other) noexcept {
        swap(other);
        return *this;
    }
    /// Precondition: empty. Whoever frees it chooses the context (the reaper).
    ~KernelStack();

    /// Takes frames from `domain` (null: shared memory) without touching them, so any page table will
    /// do. Errors: OutOfMemory, DomainLimit. Thread context.
    static Result<KernelStack> allocate(mm::Domain* domain);

    /// Gives the frames back, zeroed. Precondition: not in use; for an exclusive stack the domain's
    /// window is loaded.
    void free();

    [[nodiscard]] bool empty() const { return bottom_ == 0; }
    [[nodiscard]] uintptr_t bottom() const { return bottom_; }
    [[nodiscard]] uintptr_t top() const { return bottom_ + size; }
    [[nodiscard]] bool contains(uintptr_t address) const {
        return address >= bottom_ && address < top();
    }
    /// The owner; null for a shared stack.
    [[nodiscard]] mm::Domain* domain() const { return domain_; }

    /// Writes the canary / says whether it is intact. Precondition: the stack is mapped.
    void arm() const;
    [[nodiscard]] bool intact() const;

private:
    void swap(KernelStack& other) noexcept {
        std::swap(bottom_, other.bottom_);
        std::swap(domain_, other.domain_);
    }

    uintptr_t bottom_ = 0;
    mm::Domain* domain_ = nullptr;
};

} // namespace kernel
