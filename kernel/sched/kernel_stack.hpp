// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/result.hpp"
#include "mm/domain/exclusive_pages.hpp"
#include "mm/owned_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mm {
class Domain;
}

namespace kernel {

/// Bytes of a kernel stack.
enum class StackSize : uint32_t {
    /// For threads whose depth is known: a TCP/IP stack's service threads use 4.6 KiB in the suites, and 5.8 KiB in
    /// the `bench` kernel, where more is inlined.
    Small = 8 * 1024,
    Usual = 16 * 1024,
};

/// A task's kernel stack: a piece of its domain's exclusive memory, or of shared memory for a task
/// outside all namespaces. The lowest word holds a canary. It holds the numbers of its frames and
/// of its addresses, no pointers: it is part of the task structure, which is shared.
class KernelStack {
public:
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
    static Result<KernelStack> allocate(mm::Domain* domain, StackSize size);

    /// Gives the frames back, zeroed. Precondition: not in use; for an exclusive stack, the
    /// domain's window is loaded. A stack that goes out of scope is freed likewise.
    void free() { *this = KernelStack(); }

    [[nodiscard]] uintptr_t bottom() const { return bottom_; }
    [[nodiscard]] StackSize size() const { return size_; }
    [[nodiscard]] uintptr_t top() const { return bottom_ + std::to_underlying(size_); }
    [[nodiscard]] bool exists() const { return bottom_ != 0; }
    [[nodiscard]] bool contains(uintptr_t address) const { return address >= bottom_ && address < top(); }
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
    StackSize size_ = StackSize::Usual;
    mm::ExclusivePages exclusive_;
    mm::OwnedPages shared_;
};

} // namespace kernel
