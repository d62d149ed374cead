// SPDX-License-Identifier: MIT
#include "mm/audit/audit.hpp"

#include <algorithm>
#include <arch/cpu.hpp>
#include <arch/protection_keys.hpp>

namespace mm {

using arch::Level;
using arch::Pte;
using arch::PteFlags;

namespace {

/// What the walk notes in Frame::audit.
namespace seen {
constexpr std::uint8_t direct_map = 1 << 0;
constexpr std::uint8_t window = 1 << 1;
constexpr std::uint8_t image = 1 << 2;
constexpr std::uint8_t table = 1 << 3;
} // namespace seen

/// One audit: walks, then compares what it noted with what each frame's state demands.
class Auditor {
public:
    explicit Auditor(const AuditSubject& subject)
        : subject_(subject), frames_(subject.frames), kernel_(subject.spaces.kernel_map()) {}

    AuditReport run() {
        for (Frame& frame : frames_.all()) frame.audit = 0;
        check_kernel();
        if (scheme() == Scheme::Keyed) check_keyed_window();
        for (const SpaceMember& domain : subject_.domains) check_domain(domain);
        subject_.spaces.for_each([&](const AddressSpace& space) { check_space(space); });
        for (unsigned cpu = 0; cpu < arch::max_cpus; ++cpu) {
            check_cpu(cpu);
            check_workshop(cpu);
        }
        for (std::uint32_t pfn = 0; pfn < frames_.size().raw(); ++pfn) check_frame(Pfn{pfn});
        return report_;
    }

private:
    void check_kernel();
    void check_domain(const SpaceMember& domain);
    void check_window(const SpaceMember& domain);
    void check_copy(Pfn copy, Pfn original, Level level, VirtAddr base, DomainId owner);
    void check_keyed_window();
    void check_image(const ImageMap& image, unsigned key);
    void check_space(const AddressSpace& space);
    void check_cpu(unsigned cpu);
    void check_workshop(unsigned cpu);
    void check_frame(Pfn pfn);
    void check_rights(DomainId found_in, VirtAddr at, Pte leaf);
    void check_key(DomainId found_in, VirtAddr at, Pte leaf, unsigned key);
    void check_private_leaf(DomainId owner, VirtAddr at, Pte leaf, Level level, std::uint8_t note);
    void check_copy_leaf(DomainId owner, VirtAddr at, Pte leaf, Level level);
    void check_key_rights(unsigned cpu);
    void compare(unsigned slot, Pte actual, Pte expected);

    /// What a window slot of the kernel's top-level table holds: with isolation `pks`, the window of all domains.
    Pte keyed_entry(unsigned slot) const {
        const bool is_window = scheme() == Scheme::Keyed && slot == arch::window_first_slot;
        return is_window ? Pte::table(subject_.placements.keyed->tree().root()->address()) : Pte{};
    }

    template <class OnLeaf>
    void walk(Pfn table, Level level, VirtAddr base, DomainId owner, OnLeaf&& on_leaf);
    bool enter_table(Pfn table, DomainId owner, VirtAddr at);

    void report(AuditFinding finding, VirtAddr at, Pfn pfn, DomainId found_in) {
        const bool known = frames_.contains(pfn);
        report_.record({finding, at, pfn, known ? frames_[pfn].state : FrameState::Reserved,
                        known ? frames_[pfn].owner : shared_domain, found_in});
    }

    Scheme scheme() const { return subject_.spaces.scheme(); }

    const AuditSubject& subject_;
    const FrameTable frames_;
    const KernelMap& kernel_;
    AuditReport report_;
};

/// Notes a table that an entry leads to. False if it cannot be one: then there is nothing to walk.
/// Tables of the boot image (the architecture's device table) are in state Boot.
bool Auditor::enter_table(Pfn table, DomainId owner, VirtAddr at) {
    if (!frames_.contains(table)) {
        report(AuditFinding::NotATable, at, table, owner);
        return false;
    }
    Frame& frame = frames_[table];
    const bool boot_table = frame.state == FrameState::Boot && owner.is_shared();
    if ((frame.state != FrameState::PageTable && !boot_table) || frame.owner != owner) {
        report(AuditFinding::NotATable, at, table, owner);
        return false;
    }
    frame.audit |= seen::table;
    ++report_.tables;
    return true;
}

/// What holds of every leaf.
void Auditor::check_rights(DomainId found_in, VirtAddr at, Pte leaf) {
    ++report_.leaves;
    if (leaf.has(PteFlags::Writable) && !leaf.has(PteFlags::NoExecute)) {
        report(AuditFinding::WritableExecutable, at, Pfn::of(leaf.address()), found_in);
    }
    if (leaf.has(PteFlags::User)) report(AuditFinding::UserAccessible, at, Pfn::of(leaf.address()), found_in);
}

void Auditor::check_key(DomainId found_in, VirtAddr at, Pte leaf, unsigned key) {
    if (arch::key_of(leaf.flags()) != key) report(AuditFinding::WrongKey, at, Pfn::of(leaf.address()), found_in);
}

/// Calls on_leaf(address, entry, level) for every leaf below `table`, whose tables belong to `owner`.
template <class OnLeaf>
void Auditor::walk(Pfn table, Level level, VirtAddr base, DomainId owner, OnLeaf&& on_leaf) {
    if (!enter_table(table, owner, base)) return;
    unsigned live = 0;
    for (unsigned index = 0; index < arch::entries_per_table; ++index) {
        const Pte entry = PageTree::at(table).read(index);
        if (!entry.present()) continue;
        ++live;
        const VirtAddr at = base + index * arch::span_of(level);
        if (!entry.is_leaf(level)) {
            walk(Pfn::of(entry.address()), below(level), at, owner, on_leaf);
            continue;
        }
        check_rights(owner, at, entry);
        on_leaf(at, entry, level);
    }
    const bool counted = frames_[table].state == FrameState::PageTable;
    if (counted && frames_[table].table.live != live) {
        report(AuditFinding::WrongTableCount, base, table, owner);
    }
}

void Auditor::check_kernel() {
    const auto root = [&](unsigned slot) { return Pfn::of(PageTree::at(kernel_.pgd()).read(slot).address()); };
    enter_table(kernel_.pgd(), shared_domain, VirtAddr{0});

    walk(root(arch::direct_map_slot), Level::Page1G, VirtAddr{arch::direct_map_base()}, shared_domain,
         [&](VirtAddr at, Pte leaf, Level level) {
             const PhysAddr frame = leaf.address();
             check_key(shared_domain, at, leaf, 0);
             if (leaf.has(PteFlags::Global) && !has_one_direct_map(scheme())) {
                 report(AuditFinding::Global, at, Pfn::of(frame), shared_domain);
             }
             if (DirectMap::virt(frame) != at) {
                 report(AuditFinding::WrongAddress, at, Pfn::of(frame), shared_domain);
                 return;
             }
             const std::uint64_t end = Pfn::of(frame).raw() + order_of(level).pages().raw();
             for (std::uint64_t pfn = Pfn::of(frame).raw(); pfn < end; ++pfn) {
                 if (frames_.contains(Pfn{pfn})) {
                     frames_[Pfn{pfn}].audit |= seen::direct_map;
                 } else {
                     report(AuditFinding::NotRam, at, Pfn{pfn}, shared_domain);
                 }
             }
         });
    walk(root(arch::image_slot), Level::Page1G, VirtAddr{arch::slot_base(arch::image_slot)}, shared_domain,
         [&](VirtAddr at, Pte leaf, Level) {
             const Pfn pfn = Pfn::of(leaf.address());
             check_key(shared_domain, at, leaf, 0);
             if (!frames_.contains(pfn) || frames_[pfn].state != FrameState::Boot) {
                 report(AuditFinding::ForeignFrame, at, pfn, shared_domain);
             }
         });
    walk(root(arch::device_slot), Level::Page1G, VirtAddr{arch::device_base}, shared_domain,
         [&](VirtAddr at, Pte leaf, Level) {
             const Pfn pfn = Pfn::of(leaf.address());
             check_key(shared_domain, at, leaf, 0);
             if (frames_.contains(pfn) && is_detached(frames_[pfn].state)) {
                 report(AuditFinding::DeviceMapsMemory, at, pfn, shared_domain);
             }
         });
}

/// A leaf of a window or an image: the domain's own exclusive frame, 4 KiB, not global.
void Auditor::check_private_leaf(DomainId owner, VirtAddr at, Pte leaf, Level level, std::uint8_t note) {
    const Pfn pfn = Pfn::of(leaf.address());
    if (level != Level::Page4K) report(AuditFinding::LargeLeaf, at, pfn, owner);
    if (leaf.has(PteFlags::Global)) report(AuditFinding::Global, at, pfn, owner);
    if (!frames_.contains(pfn)) {
        report(AuditFinding::ForeignFrame, at, pfn, owner);
        return;
    }
    Frame& frame = frames_[pfn];
    if (!is_exclusive(frame.state)) report(AuditFinding::NotExclusive, at, pfn, owner);
    if (frame.owner != owner) report(AuditFinding::ForeignFrame, at, pfn, owner);
    if ((frame.audit & note) != 0) report(AuditFinding::MappedTwice, at, pfn, owner);
    frame.audit |= note;
}

void Auditor::check_domain(const SpaceMember& domain) {
    if (domain.window != nullptr && domain.window->root()) {
        ++report_.windows;
        const std::uint64_t before = report_.tables;
        const VirtAddr base = domain.window->address(PhysAddr{0});
        if (scheme() == Scheme::Clone) {
            check_copy(*domain.window->root(), kernel_.roots().direct_map, Level::Page1G, base, domain.domain);
        } else {
            check_window(domain);
        }
        if (report_.tables - before != domain.window->tables().raw()) {
            report(AuditFinding::WrongTableCount, base, *domain.window->root(), domain.domain);
        }
    }
    if (domain.image != nullptr && domain.image->root()) {
        check_image(*domain.image, domain.window == nullptr ? 0 : arch::key_of(domain.window->leaf_flags()));
    }
}

void Auditor::check_window(const SpaceMember& domain) {
    walk(*domain.window->root(), Level::Page1G, domain.window->address(PhysAddr{0}), domain.domain,
         [&](VirtAddr at, Pte leaf, Level level) {
             if (domain.window->phys(at) != leaf.address()) {
                 report(AuditFinding::WrongAddress, at, Pfn::of(leaf.address()), domain.domain);
             }
             check_key(domain.domain, at, leaf, 0);
             check_private_leaf(domain.domain, at, leaf, level, seen::window);
         });
}

/// A copy of the direct map says what the kernel's says, and where that has a hole, nothing or the domain's own frame.
void Auditor::check_copy(Pfn copy, Pfn original, Level level, VirtAddr base, DomainId owner) {
    if (!enter_table(copy, owner, base)) return;
    unsigned live = 0;
    for (unsigned index = 0; index < arch::entries_per_table; ++index) {
        const Pte mine = PageTree::at(copy).read(index);
        const Pte theirs = PageTree::at(original).read(index);
        live += mine.present();
        const VirtAddr at = base + index * arch::span_of(level);
        const bool has_table = mine.present() && !mine.is_leaf(level);
        if (theirs.present() && !theirs.is_leaf(level)) {
            // A wrong table in the kernel's own map has been reported with that.
            const Pfn lower = Pfn::of(theirs.address());
            if (!frames_.contains(lower) || frames_[lower].state != FrameState::PageTable) continue;
            if (has_table) {
                check_copy(Pfn::of(mine.address()), lower, below(level), at, owner);
            } else {
                report(AuditFinding::CopyDiffers, at, lower, owner);
            }
        } else if (theirs.present()) {
            ++report_.leaves;
            if (mine != theirs) report(AuditFinding::CopyDiffers, at, Pfn::of(theirs.address()), owner);
        } else if (has_table) {
            walk(Pfn::of(mine.address()), below(level), at, owner,
                 [&](VirtAddr leaf_at, Pte leaf, Level size) { check_copy_leaf(owner, leaf_at, leaf, size); });
        } else if (mine.present()) {
            check_rights(owner, at, mine);
            check_copy_leaf(owner, at, mine, level);
        }
    }
    if (frames_[copy].table.live != live) report(AuditFinding::WrongTableCount, base, copy, owner);
}

void Auditor::check_copy_leaf(DomainId owner, VirtAddr at, Pte leaf, Level level) {
    if (DirectMap::virt(leaf.address()) != at) {
        report(AuditFinding::WrongAddress, at, Pfn::of(leaf.address()), owner);
    }
    check_key(owner, at, leaf, 0);
    check_private_leaf(owner, at, leaf, level, seen::window);
}

/// Isolation `pks`: the window that all address spaces share. Whose a leaf is, its key says.
void Auditor::check_keyed_window() {
    const FrameTree& window = subject_.placements.keyed->tree();
    const std::uint64_t before = report_.tables;
    ++report_.windows;
    walk(*window.root(), Level::Page1G, window.base(), shared_domain, [&](VirtAddr at, Pte leaf, Level level) {
        if (at - window.base() != leaf.address().raw()) {
            report(AuditFinding::WrongAddress, at, Pfn::of(leaf.address()), shared_domain);
        }
        const DomainId owner = subject_.placements.keyed->owner_of(arch::key_of(leaf.flags()));
        if (owner.is_shared()) report(AuditFinding::WrongKey, at, Pfn::of(leaf.address()), shared_domain);
        check_private_leaf(owner, at, leaf, level, seen::window);
    });
    if (report_.tables - before != window.tables().raw()) {
        report(AuditFinding::WrongTableCount, window.base(), *window.root(), shared_domain);
    }
}

/// The image slot's table of a domain: the kernel's entry, the domain's, and nothing else.
void Auditor::check_image(const ImageMap& image, unsigned key) {
    ++report_.images;
    const Pfn root = *image.root();
    const VirtAddr base{arch::slot_base(arch::image_slot)};
    if (!enter_table(root, image.owner(), base)) return;
    for (unsigned index = 0; index < arch::entries_per_table; ++index) {
        const Pte entry = PageTree::at(root).read(index);
        const VirtAddr at = base + index * arch::span_of(Level::Page1G);
        if (index == arch::namespace_image_entry) {
            if (!entry.present() || entry.is_leaf(Level::Page1G)) continue;
            walk(Pfn::of(entry.address()), Level::Page2M, at, image.owner(),
                 [&](VirtAddr leaf_at, Pte leaf, Level level) {
                     check_key(image.owner(), leaf_at, leaf, key);
                     check_private_leaf(image.owner(), leaf_at, leaf, level, seen::image);
                 });
        } else if (entry != PageTree::at(kernel_.roots().image).read(index)) {
            report(AuditFinding::SharedEntryDiffers, at, Pfn::of(entry.address()), image.owner());
        }
    }
}

void Auditor::compare(unsigned slot, Pte actual, Pte expected) {
    if (actual == expected) return;
    const VirtAddr at{arch::slot_base(slot)};
    const Pfn leads_to = Pfn::of(actual.address());
    const bool is_private = slot >= arch::window_first_slot && slot < arch::window_first_slot + arch::window_slot_count;
    if (!expected.present()) {
        report(AuditFinding::StrayEntry, at, leads_to, shared_domain);
    } else if (is_private || !actual.present()) {
        report(AuditFinding::MissingEntry, at, leads_to, shared_domain);
    } else {
        report(AuditFinding::SharedEntryDiffers, at, leads_to, shared_domain);
    }
}

/// Every top-level entry is the kernel's, or belongs to a domain of the address space.
void Auditor::check_space(const AddressSpace& space) {
    ++report_.address_spaces;
    if (space.pgd() == kernel_.pgd()) {
        for (unsigned slot = 0; slot < arch::slot_count; ++slot) {
            const bool shared = slot == arch::direct_map_slot || slot == arch::device_slot || slot == arch::image_slot;
            const Pte entry = PageTree::at(kernel_.pgd()).read(slot);
            if (!shared) compare(slot, entry, keyed_entry(slot));
        }
        return;
    }
    if (!enter_table(space.pgd(), shared_domain, VirtAddr{0})) return;
    for (unsigned slot = 0; slot < arch::slot_count; ++slot) {
        Pte expected = PageTree::at(kernel_.pgd()).read(slot);
        for (const SpaceMember& domain : subject_.domains) {
            if (!space.contains(domain.domain)) continue;
            const auto add = [&](std::optional<TopEntry> top) {
                if (top && top->slot == slot) expected = top->entry;
            };
            if (domain.window != nullptr) add(domain.window->top_entry());
            if (domain.image != nullptr) add(domain.image->top_entry());
        }
        compare(slot, PageTree::at(space.pgd()).read(slot), expected);
    }
}

/// Where address spaces have no tables: a CPU's own table is the kernel's but for the image slot, and that
/// slot's table is the kernel's but for the image that the CPU's address space says.
void Auditor::check_cpu(unsigned cpu) {
    const auto pgd = subject_.spaces.cpu_pgd(cpu);
    const auto image = subject_.spaces.cpu_image_table(cpu);
    if (!pgd || !image) return;
    if (!enter_table(*pgd, shared_domain, VirtAddr{0})) return;
    if (!enter_table(*image, shared_domain, VirtAddr{arch::slot_base(arch::image_slot)})) return;
    if (scheme() == Scheme::Keyed) check_key_rights(cpu);
    const AddressSpace& loaded = subject_.spaces.loaded_on(cpu);
    for (unsigned index = 0; index < arch::entries_per_table; ++index) {
        Pte expected = PageTree::at(kernel_.pgd()).read(index);
        if (index == arch::image_slot) expected = Pte::table(image->address());
        compare(index, PageTree::at(*pgd).read(index), expected);

        expected = PageTree::at(kernel_.roots().image).read(index);
        if (index == arch::namespace_image_entry) expected = loaded.image_entry();
        compare(arch::image_slot, PageTree::at(*image).read(index), expected);
    }
}

/// A CPU's workshop has the kernel's shared slots and one of its own, which is empty while everybody stands still.
void Auditor::check_workshop(unsigned cpu) {
    const auto pgd = subject_.spaces.workshop().pgd(cpu);
    if (!pgd || !enter_table(*pgd, shared_domain, VirtAddr{0})) return;
    for (unsigned slot = 0; slot < arch::slot_count; ++slot) {
        const Pte entry = PageTree::at(*pgd).read(slot);
        if (slot == arch::workshop_slot) {
            walk(Pfn::of(entry.address()), Level::Page1G, VirtAddr{arch::workshop_base}, shared_domain,
                 [&](VirtAddr at, Pte leaf, Level) {
                     report(AuditFinding::LeftInWorkshop, at, Pfn::of(leaf.address()), shared_domain);
                 });
            continue;
        }
        const bool shared = slot == arch::direct_map_slot || slot == arch::device_slot || slot == arch::image_slot;
        compare(slot, entry, shared ? PageTree::at(kernel_.pgd()).read(slot) : Pte{});
    }
}

/// Only the CPU that runs the audit can be asked; of the others there is what was written last.
void Auditor::check_key_rights(unsigned cpu) {
    const std::uint32_t expected = subject_.spaces.loaded_on(cpu).key_rights();
    const bool here = cpu == arch::cpu_id();
    if (subject_.spaces.cpu_key_rights(cpu) != expected || (here && arch::read_key_rights() != expected)) {
        report(AuditFinding::WrongKeyRights, VirtAddr{0}, subject_.spaces.loaded_on(cpu).pgd(), shared_domain);
    }
}

/// The table in mm/frame.hpp, applied to what was noted.
void Auditor::check_frame(Pfn pfn) {
    const Frame& frame = frames_[pfn];
    ++report_.frames[static_cast<std::size_t>(frame.state)];
    const auto was = [&](std::uint8_t note) { return (frame.audit & note) != 0; };
    const bool is_ram = frame.state != FrameState::Reserved;
    if (is_ram && !was(seen::direct_map)) ++report_.direct_map_holes;

    const VirtAddr direct = DirectMap::virt(pfn.address());
    if (!is_ram) {
        if (was(seen::direct_map)) report(AuditFinding::NotRam, direct, pfn, shared_domain);
    } else if (detaches(scheme()) && is_detached(frame.state)) {
        if (was(seen::direct_map)) report(AuditFinding::ExclusiveInDirectMap, direct, pfn, shared_domain);
    } else if (!was(seen::direct_map)) {
        report(AuditFinding::MissingInDirectMap, direct, pfn, shared_domain);
    }
    if (detaches(scheme()) && is_exclusive(frame.state) && !was(seen::window)) {
        report(AuditFinding::MissingInWindow, VirtAddr{0}, pfn, frame.owner);
    }
    if (frame.state == FrameState::Image && !was(seen::image)) {
        report(AuditFinding::MissingInImage, VirtAddr{0}, pfn, frame.owner);
    }
    if (frame.state == FrameState::PageTable && !was(seen::table)) {
        report(AuditFinding::OrphanTable, VirtAddr{0}, pfn, frame.owner);
    }
}

} // namespace

AuditReport audit(const AuditSubject& subject) {
    const arch::PreemptGuard nothing_else_runs;
    return Auditor(subject).run();
}

} // namespace mm
