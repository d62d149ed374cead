// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/exclusive_pages.hpp"
#include "mm/owned_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mm {
class Domain;
}

namespace kernel {

/// A task's kernel stack: 16 KiB of its domain's exclusive memory, or of shared memory for a task
/// outside all namespaces. The lowest word holds a canary. It holds the numbers of its frames and
/// of its addresses, no pointers: it is part of the task structure, which is shared.
class KernelStack {
  public:
    static constexpr size_t size = 16 * 1024;
    static constexpr uint64_t canary = 0x1acc'a5ed'57ac'ca9e;

    /// No stack, such as that of the task which the boot flow became.
    KernelStack() = default;
    KernelStack(KernelStack&& other) noexcept { *this = std::move(other); }
    KernelStack& operator=(KernelStack&& other) noexcept;
    KernelStack(const KernelStack&) = delete;
    KernelStack& operator=(const KernelStack&) = delete;
    ~KernelStack() = default;

    /// Takes frames from `domain` (null: shared memory) without touching them, so any page table
    /// will do. Errors: OutOfMemory, DomainLimit. Thread context.
    static Result<KernelStack> allocate(mm::Domain* domain);

    /// Gives the frames back, zeroed. Precondition: not in use; for an exclusive stack, the
    /// domain's window is loaded. A stack that goes out of scope is freed likewise.
    void free() { *this = KernelStack(); }

    [[nodiscard]] uintptr_t bottom() const { return bottom_; }
    [[nodiscard]] uintptr_t top() const { return bottom_ + size; }
    [[nodiscard]] bool exists() const { return bottom_ != 0; }
    [[nodiscard]] bool contains(uintptr_t address) const {
        return address >= bottom_ && address < top();
    }
    /// Whether only its domain maps it.
    [[nodiscard]] bool is_exclusive() const { return static_cast<bool>(exclusive_); }
    /// Precondition: is_exclusive().
    [[nodiscard]] mm::Domain& domain() const { return exclusive_.domain(); }

    /// Writes the canary. Precondition: the stack is mapped and its lowest word not in use.
    void arm() const;
    /// Whether nothing has run over the canary. Precondition: the stack is mapped, or there is
    /// none.
    [[nodiscard]] bool intact() const;

  private:
    uintptr_t bottom_ = 0;
    mm::ExclusivePages exclusive_;
    mm::OwnedPages shared_;
};

} // namespace kernel
