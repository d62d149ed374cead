// SPDX-License-Identifier: MIT
#pragma once

#include <arch/protection_keys.hpp>
#include <array>
#include <atomic>
#include <span>
#include <utility>

#include "kernel/base/intrusive_list.hpp"
#include "mm/domain/window.hpp"
#include "mm/tables/image_map.hpp"

namespace mm {

/// What a domain brings into an address space. The window and the image outlive the address space.
struct SpaceMember {
    DomainId domain;
    DomainKind kind = DomainKind::Net;
    Window* window = nullptr;
    const ImageMap* image = nullptr; ///< network namespaces that have one
    std::uint64_t counter_set = 0;   ///< the domain's event counters; 0: the kernel's
};

/// Which domains an address space is made of: at most one of each kind.
class SpaceKey {
public:
    constexpr SpaceKey() = default;
    explicit SpaceKey(std::span<const SpaceMember> members);
    bool contains(DomainId domain) const;
    bool operator==(const SpaceKey&) const = default;

private:
    std::array<DomainId, domain_kinds> domains_{}; ///< by kind; shared_domain where there is none
};

/// A top-level page table: a copy of the kernel's, with the windows of some domains added. Shared by
/// all tasks that are in the same domains. Made and kept by AddressSpaceCache; held through
/// AddressSpaceRef. The object itself is shared memory. To the TLBs it is a name and its windows.
class AddressSpace : public TlbSpace {
public:
    const SpaceKey& key() const { return key_; }
    bool contains(DomainId domain) const { return key_.contains(domain); }

    /// Its table; where it has none, the kernel's, since each CPU has one of its own (has_own_table()).
    Pfn pgd() const { return pgd_; }

    /// Where it has no table: the entry that a CPU's table takes up for lwIP's image.
    arch::Pte image_entry() const { return image_entry_; }

    /// With isolation `pks`: what a CPU that runs it may touch (arch/protection_keys.hpp).
    std::uint32_t key_rights() const { return key_rights_; }

    /// What the CPU counts in while it is loaded (<arch/counters.hpp>).
    std::uint64_t counter_set() const { return counter_set_; }

    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

private:
    friend class AddressSpaceCache;
    friend class AddressSpaceRef;

    /// `id` is not used again, ever.
    AddressSpace(std::uint64_t id, SpaceKey key, Pfn pgd, std::span<const SpaceMember> members);

    SpaceKey key_;
    Pfn pgd_;
    arch::Pte image_entry_;
    std::uint32_t key_rights_ = arch::deny_all_keys;
    std::uint64_t counter_set_ = 0;
    std::atomic<std::uint32_t> references_ = 1;
    class AddressSpaceCache* cache_ = nullptr;
    kernel::ListHook<AddressSpace> hook_;
};

/// Keeps an address space alive. Releasing the last one frees the table: thread context, no lock of
/// rank AddressSpaceCache or higher held, and the address space not loaded on any CPU.
class AddressSpaceRef {
public:
    AddressSpaceRef() = default;
    AddressSpaceRef(const AddressSpaceRef& other) : space_(other.space_) {
        if (space_ != nullptr) space_->references_.fetch_add(1, std::memory_order_relaxed);
    }
    AddressSpaceRef(AddressSpaceRef&& other) noexcept : space_(std::exchange(other.space_, nullptr)) {}
    AddressSpaceRef& operator=(AddressSpaceRef other) noexcept {
        std::swap(space_, other.space_);
        return *this;
    }
    ~AddressSpaceRef() { release(); }

    explicit operator bool() const { return space_ != nullptr; }
    AddressSpace& operator*() const { return *space_; }
    AddressSpace* operator->() const { return space_; }
    AddressSpace* get() const { return space_; }

private:
    friend class AddressSpaceCache;
    /// Takes over a reference that has been counted.
    explicit AddressSpaceRef(AddressSpace& counted) : space_(&counted) {}
    void release();

    AddressSpace* space_ = nullptr;
};

} // namespace mm
