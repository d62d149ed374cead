// SPDX-License-Identifier: MIT
#include "mm/audit/audit.hpp"

#include <array>

#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/testing/test_domain.hpp"

using namespace mm;
using arch::Level;
using arch::Pte;
using kernel::test::MutantScope;
using mm::testing::TestDomain;
using mm::testing::TestMemory;

namespace {

/// Two network namespaces with an image each, an exclusive block, a page of its own and an address
/// space, all as it should be: what the tests plant their faults in.
class Scene {
public:
    explicit Scene(Scheme scheme)
        : memory({.scheme = scheme}), red(memory, DomainId{1}), blue(memory, DomainId{2}),
          red_image(red.map_image(TestMemory::block(0), 3)), blue_image(blue.map_image(TestMemory::block(1), 3)),
          red_space(red.space()), blue_space(blue.space()) {
        memory.make_exclusive(TestMemory::block(2), red.window);
        memory.make_exclusive(page, blue.window, FrameState::Stack);
        memory.spaces.load(*red_space);
    }
    ~Scene() {
        memory.spaces.load(memory.spaces.kernel_space());
        memory.make_shared(TestMemory::block(2), red.window);
        memory.make_shared(page, blue.window);
        red.unmap_image(red_image);
        blue.unmap_image(blue_image);
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    AuditReport audit() {
        const std::array domains{red.member(), blue.member()};
        return memory.audit(domains);
    }

    bool finds(AuditFinding finding) {
        bool found = false;
        const AuditReport report = audit();
        for (const AuditViolation& violation : report.recorded()) found |= violation.finding == finding;
        return found;
    }

    /// Whether an audit finds `finding`, and every audit before and after finds nothing.
    template <class Plant, class Remove>
    void expect(AuditFinding finding, Plant&& plant, Remove&& remove) {
        INFO(name(finding));
        CHECK(audit().clean());
        plant();
        CHECK(finds(finding));
        remove();
        CHECK(audit().clean());
    }

    /// The same with the fault in one page-table entry: the one at `level` for `address` below `root`.
    void expect_in_entry(AuditFinding finding, Pfn root, Level top, VirtAddr address, Level level, Pte planted) {
        const Pfn table = *PageTree(memory.frames(), root, top).table_for(address, level);
        PageTable& entries = PageTree::at(table);
        const unsigned index = arch::index_of(address, level);
        const Pte before = entries.read(index);
        expect(finding, [&] { entries.write(index, planted); }, [&] { entries.write(index, before); });
    }

    /// An entry of red's window.
    void expect_in_window(AuditFinding finding, PhysRange at, Pte planted) {
        expect_in_entry(finding, *red.window.root(), Level::Page1G, red.window.address(at.begin), Level::Page4K,
                        planted);
    }

    Pfn kernel_pgd() const { return memory.boot.kernel_map.pgd(); }
    Frame& frame(PhysRange range) const { return memory.frames()[Pfn::of(range.begin)]; }

    static constexpr PhysRange page{PhysAddr{0x1700000}, PhysAddr{0x1701000}}; // in block 3

    TestMemory memory;
    TestDomain red;
    TestDomain blue;
    std::vector<Pfn> red_image;
    std::vector<Pfn> blue_image;
    AddressSpaceRef red_space;
    AddressSpaceRef blue_space;
};

constexpr arch::PteFlags global_rw = arch::read_write | arch::PteFlags::Global;

} // namespace

LACUNA_TEST("mm.audit", "finds nothing where nothing is wrong, and counts what it saw") {
    for (const Scheme scheme : {Scheme::Window, Scheme::Clone, Scheme::Keyed, Scheme::InPlace}) {
        Scene scene(scheme);
        const AuditReport report = scene.audit();
        for (const AuditViolation& violation : report.recorded()) FAIL(describe(violation));
        CHECK(report.address_spaces == 3);
        CHECK(report.images == 2);
        CHECK(report.count(FrameState::Exclusive) == 512);
        CHECK(report.count(FrameState::Image) == 6);
        CHECK(report.count(FrameState::Stack) == 1);
        CHECK(report.windows == (has_own_table(scheme) ? 2 : scheme == Scheme::Keyed ? 1 : 0));
        CHECK(report.direct_map_holes == (detaches(scheme) ? 519 : 0));
    }
}

LACUNA_TEST("mm.audit", "finds faults in a window") {
    Scene scene(Scheme::Window);
    const PhysRange own = TestMemory::page(2, 4);
    const PhysRange unused = TestMemory::page(2 + 4, 0);
    scene.expect_in_window(AuditFinding::MissingInWindow, own, Pte{});
    scene.expect_in_window(AuditFinding::WrongAddress, own,
                           Pte::leaf(TestMemory::page(2, 5).begin, arch::read_write, Level::Page4K));
    scene.expect_in_window(AuditFinding::ForeignFrame, own,
                           Pte::leaf(Scene::page.begin, arch::read_write, Level::Page4K));
    scene.expect_in_window(AuditFinding::NotExclusive, own, Pte::leaf(unused.begin, arch::read_write, Level::Page4K));
    scene.expect_in_window(AuditFinding::Global, own, Pte::leaf(own.begin, global_rw, Level::Page4K));
    scene.expect_in_window(AuditFinding::WritableExecutable, own,
                           Pte::leaf(own.begin, arch::PteFlags::Writable, Level::Page4K));
    scene.expect_in_window(AuditFinding::UserAccessible, own,
                           Pte::leaf(own.begin, arch::read_write | arch::PteFlags::User, Level::Page4K));
    scene.expect_in_entry(AuditFinding::LargeLeaf, *scene.red.window.root(), Level::Page1G,
                          scene.red.window.address(own.begin), Level::Page2M,
                          Pte::leaf(TestMemory::block(2).begin, arch::read_write, Level::Page2M));
    scene.expect_in_entry(AuditFinding::NotATable, *scene.red.window.root(), Level::Page1G,
                          scene.red.window.address(own.begin), Level::Page2M, Pte::table(own.begin));
}

LACUNA_TEST("mm.audit", "finds a frame that two windows map") {
    Scene scene(Scheme::Window);
    const PhysRange own = TestMemory::page(2, 4);
    scene.expect(
        AuditFinding::MappedTwice, [&] { REQUIRE(scene.blue.window.map(own).has_value()); },
        [&] { scene.blue.window.unmap(own); });
}

LACUNA_TEST("mm.audit", "finds faults in the direct map") {
    Scene scene(Scheme::Window);
    const PhysRange own = Scene::page;
    const PhysRange beside = TestMemory::page(3, 0);
    const auto plant = [&](AuditFinding finding, PhysRange at, Pte entry) {
        scene.expect_in_entry(finding, scene.kernel_pgd(), Level::Slot, DirectMap::virt(at.begin), Level::Page4K,
                              entry);
    };
    plant(AuditFinding::ExclusiveInDirectMap, own, Pte::leaf(own.begin, global_rw, Level::Page4K));
    plant(AuditFinding::MissingInDirectMap, beside, Pte{});
    plant(AuditFinding::WrongAddress, own, Pte::leaf(beside.begin, global_rw, Level::Page4K));
    plant(AuditFinding::WritableExecutable, beside, Pte::leaf(beside.begin, arch::PteFlags::Writable, Level::Page4K));
    scene.expect(
        AuditFinding::NotRam, [&] { scene.frame(beside).state = FrameState::Reserved; },
        [&] { scene.frame(beside).state = FrameState::Free; });
    // A frame is made exclusive and stays where everybody can read it.
    const PhysRange kept = TestMemory::page(5, 1);
    scene.expect(
        AuditFinding::ExclusiveInDirectMap,
        [&] {
            const MutantScope broken(kernel::Mutant::KeepDirectMap);
            scene.memory.make_exclusive(kept, scene.red.window);
        },
        [&] {
            const MutantScope broken(kernel::Mutant::KeepDirectMap);
            scene.memory.make_shared(kept, scene.red.window);
        });
}

LACUNA_TEST("mm.audit", "finds faults in address spaces") {
    Scene scene(Scheme::Window);
    const auto plant = [&](AuditFinding finding, Pfn pgd, unsigned slot, Pte entry) {
        scene.expect_in_entry(finding, pgd, Level::Slot, VirtAddr{arch::slot_base(slot)}, Level::Slot, entry);
    };
    const Pfn red = scene.red_space->pgd();
    const unsigned window = window_slot(DomainKind::Net);
    plant(AuditFinding::MissingEntry, red, window, scene.blue.window.top_entry()->entry);
    plant(AuditFinding::MissingEntry, red, window, Pte{});
    plant(AuditFinding::MissingEntry, red, arch::direct_map_slot, Pte{});
    plant(AuditFinding::StrayEntry, red, 5, scene.blue.window.top_entry()->entry);
    plant(AuditFinding::StrayEntry, scene.kernel_pgd(), window, scene.blue.window.top_entry()->entry);
    plant(AuditFinding::SharedEntryDiffers, red, arch::device_slot,
          Pte::table(scene.memory.boot.kernel_map.roots().direct_map.address()));
}

LACUNA_TEST("mm.audit", "finds a window that is shared between namespaces") {
    TestMemory memory;
    TestDomain red(memory, DomainId{1});
    TestDomain blue(memory, DomainId{2});
    const std::array domains{red.member(), blue.member()};
    auto red_space = red.space();
    AddressSpaceRef blue_space;
    {
        const MutantScope broken(kernel::Mutant::ShareWindow);
        blue_space = blue.space();
    }
    const AuditReport report = memory.audit(domains);
    REQUIRE(report.violations == 1);
    CHECK(report.recorded().front().finding == AuditFinding::MissingEntry);
}

LACUNA_TEST("mm.audit", "finds faults in images, however they are selected") {
    for (const Scheme scheme : {Scheme::Window, Scheme::Clone, Scheme::Keyed, Scheme::InPlace}) {
        Scene scene(scheme);
        const auto plant = [&](AuditFinding finding, Level level, VirtAddr at, Pte entry) {
            scene.expect_in_entry(finding, *scene.red.image.root(), Level::Page1G, at, level, entry);
        };
        const VirtAddr first{arch::namespace_image_base};
        const PhysAddr foreign = scene.blue_image.front().address();
        plant(AuditFinding::ForeignFrame, Level::Page4K, first, Pte::leaf(foreign, arch::read_write, Level::Page4K));
        plant(AuditFinding::MissingInImage, Level::Page4K, first, Pte{});
        plant(AuditFinding::SharedEntryDiffers, Level::Page1G, VirtAddr{arch::kernel_image_base}, Pte{});
    }
}

LACUNA_TEST("mm.audit", "finds faults in a copy of the direct map") {
    Scene scene(Scheme::Clone);
    const PhysRange own = TestMemory::page(2, 4); // red's, of a block that left whole
    const PhysRange other = Scene::page;          // blue's, of a block that was split
    const PhysRange beside = TestMemory::page(3, 0);
    const PhysRange unused = TestMemory::page(2 + 4, 0);
    const auto leaf = [](PhysRange at, arch::PteFlags flags = arch::read_write, Level level = Level::Page4K) {
        return Pte::leaf(at.begin, flags, level);
    };
    const auto plant = [&](AuditFinding finding, PhysRange at, Pte entry, Level level = Level::Page4K) {
        scene.expect_in_entry(finding, *scene.red.window.root(), Level::Page1G, DirectMap::virt(at.begin), level,
                              entry);
    };
    plant(AuditFinding::MissingInWindow, own, Pte{});
    plant(AuditFinding::WrongAddress, own, leaf(TestMemory::page(2, 5)));
    plant(AuditFinding::Global, own, leaf(own, global_rw));
    plant(AuditFinding::UserAccessible, own, leaf(own, arch::read_write | arch::PteFlags::User));
    plant(AuditFinding::WritableExecutable, own, leaf(own, arch::PteFlags::Writable));
    plant(AuditFinding::WrongKey, own, leaf(own, arch::read_write | arch::key_flags(1)));
    plant(AuditFinding::NotATable, own, Pte::table(own.begin), Level::Page2M);
    // What another domain owns, in this copy.
    plant(AuditFinding::ForeignFrame, other, leaf(other));
    // Shared memory that the copy lacks, has with other rights, or in other leaves than the kernel's map.
    plant(AuditFinding::CopyDiffers, beside, Pte{});
    plant(AuditFinding::CopyDiffers, beside, leaf(beside, global_rw));
    plant(AuditFinding::CopyDiffers, unused, leaf(unused, arch::read_only, Level::Page2M), Level::Page2M);
    plant(AuditFinding::CopyDiffers, beside, leaf(TestMemory::block(3), arch::read_write, Level::Page2M),
          Level::Page2M);
    plant(AuditFinding::CopyDiffers, unused, scene.red.window.top_entry()->entry, Level::Page2M);
    // The kernel's own map: a leaf that would survive the switch to a copy.
    scene.expect_in_entry(AuditFinding::Global, scene.kernel_pgd(), Level::Slot, DirectMap::virt(beside.begin),
                          Level::Page4K, leaf(beside, global_rw));
    // The wrong copy in an address space.
    scene.expect_in_entry(AuditFinding::SharedEntryDiffers, scene.red_space->pgd(), Level::Slot,
                          DirectMap::virt(PhysAddr{0}), Level::Slot, scene.blue.window.top_entry()->entry);
}

LACUNA_TEST("mm.audit", "finds a copy that keeps what leaves the others") {
    Scene scene(Scheme::Clone);
    const PhysRange kept = TestMemory::page(5, 1);
    scene.expect(
        AuditFinding::ForeignFrame,
        [&] {
            const MutantScope broken(kernel::Mutant::SkipOneCopy);
            scene.memory.make_exclusive(kept, scene.blue.window);
        },
        [&] {
            const MutantScope broken(kernel::Mutant::SkipOneCopy);
            scene.memory.make_shared(kept, scene.blue.window);
        });
}

LACUNA_TEST("mm.audit", "finds faults in the window that protection keys divide") {
    Scene scene(Scheme::Keyed);
    const PhysRange own = TestMemory::page(2, 4);
    const arch::PteFlags red = scene.red.window.leaf_flags();
    const arch::PteFlags blue = scene.blue.window.leaf_flags();
    const auto plant = [&](AuditFinding finding, PhysRange at, arch::PteFlags flags) {
        scene.expect_in_entry(finding, scene.kernel_pgd(), Level::Slot, scene.red.window.address(own.begin),
                              Level::Page4K, Pte::leaf(at.begin, flags, Level::Page4K));
    };
    plant(AuditFinding::WrongKey, own, arch::read_write);
    plant(AuditFinding::WrongKey, own, arch::read_write | arch::key_flags(9)); // nobody's
    plant(AuditFinding::ForeignFrame, own, blue);
    plant(AuditFinding::ForeignFrame, Scene::page, red);
    plant(AuditFinding::WrongAddress, TestMemory::page(2, 5), red);
    plant(AuditFinding::MappedTwice, TestMemory::page(2, 5), red);
    plant(AuditFinding::NotExclusive, TestMemory::page(6, 0), red);
    plant(AuditFinding::Global, own, red | arch::PteFlags::Global);
    scene.expect_in_entry(AuditFinding::MissingInWindow, scene.kernel_pgd(), Level::Slot,
                          scene.red.window.address(own.begin), Level::Page4K, Pte{});
    // A key where shared memory is, and an image under another's.
    scene.expect_in_entry(AuditFinding::WrongKey, scene.kernel_pgd(), Level::Slot,
                          DirectMap::virt(TestMemory::page(3, 0).begin), Level::Page4K,
                          Pte::leaf(TestMemory::page(3, 0).begin, global_rw | arch::key_flags(1), Level::Page4K));
    scene.expect_in_entry(AuditFinding::WrongKey, *scene.red.image.root(), Level::Page1G,
                          VirtAddr{arch::namespace_image_base}, Level::Page4K,
                          Pte::leaf(scene.red_image.front().address(), blue, Level::Page4K));
    scene.expect_in_entry(AuditFinding::StrayEntry, scene.kernel_pgd(), Level::Slot,
                          VirtAddr{arch::slot_base(window_slot(DomainKind::Secret))}, Level::Slot,
                          Pte::table(scene.memory.placements.keyed->tree().root()->address()));
    const PhysRange wrong = TestMemory::page(5, 1);
    scene.expect(
        AuditFinding::WrongKey,
        [&] {
            const MutantScope broken(kernel::Mutant::WrongKey);
            scene.memory.make_exclusive(wrong, scene.red.window);
        },
        [&] { scene.memory.make_shared(wrong, scene.red.window); });
}

LACUNA_TEST("mm.audit", "finds a CPU with the rights of a domain that it does not run") {
    Scene scene(Scheme::Keyed);
    scene.expect(
        AuditFinding::WrongKeyRights,
        [&] { arch::write_key_rights(arch::allow_key(scene.red_space->key_rights(), 2)); },
        [&] { arch::write_key_rights(scene.red_space->key_rights()); });
    scene.expect(
        AuditFinding::WrongKeyRights,
        [&] {
            const MutantScope broken(kernel::Mutant::KeepKeyRights);
            scene.memory.spaces.load(*scene.blue_space);
        },
        [&] { scene.memory.spaces.load(*scene.red_space); });
}

LACUNA_TEST("mm.audit", "finds a CPU that has another namespace's image") {
    Scene scene(Scheme::InPlace);
    const Pfn table = *scene.memory.spaces.cpu_image_table(0);
    scene.expect_in_entry(AuditFinding::SharedEntryDiffers, table, Level::Page1G, VirtAddr{arch::namespace_image_base},
                          Level::Page1G, scene.blue.image.image_entry());
}

LACUNA_TEST("mm.audit", "finds a domain's memory among the device mappings") {
    Scene scene(Scheme::Window);
    const Pfn table = *scene.memory.tables.take_table(Zero::Yes);
    PageTree::at(table).write(0, Pte::leaf(TestMemory::block(2).begin, arch::read_write, Level::Page2M));
    PageTree devices(scene.memory.frames(), scene.kernel_pgd(), Level::Slot);
    PageTable& entries = PageTree::at(*devices.table_for(VirtAddr{arch::device_base}, Level::Page1G));
    const Pte before = entries.read(0);
    entries.write(0, Pte::table(table.address()));
    CHECK(scene.finds(AuditFinding::DeviceMapsMemory));
    entries.write(0, before);
    scene.memory.tables.give_table(table);
    CHECK(scene.audit().clean());
}

LACUNA_TEST("mm.audit", "finds what is left in a workshop, lost tables and wrong books") {
    Scene scene(Scheme::Window);
    const Pfn slots = *scene.memory.spaces.workshop().slots(0);
    scene.expect(
        AuditFinding::LeftInWorkshop,
        [&] { PageTree::at(slots).write(3, Pte::leaf(PhysAddr{0}, arch::read_write, Level::Page4K)); },
        [&] { PageTree::at(slots).write(3, Pte{}); });
    Pfn lost;
    scene.expect(
        AuditFinding::OrphanTable, [&] { lost = *scene.memory.tables.take_table(Zero::Yes); },
        [&] { scene.memory.tables.give_table(lost); });
    auto& books = scene.memory.frames()[*scene.red.window.root()].table;
    scene.expect(AuditFinding::WrongTableCount, [&] { ++books.live; }, [&] { --books.live; });
}

LACUNA_TEST("mm.audit", "violations read as one line of text") {
    const AuditViolation violation{.finding = AuditFinding::ForeignFrame,
                                   .address = VirtAddr{0xffffa00000001000},
                                   .frame = Pfn{1},
                                   .state = FrameState::Exclusive,
                                   .owner = DomainId{1},
                                   .found_in = DomainId{2}};
    CHECK(describe(violation) == "frame mapped by a domain that does not own it: address "
                                 "0xffffa00000001000, frame 0x1 (exclusive, owner 1), found in 2");
}
