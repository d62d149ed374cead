// SPDX-License-Identifier: MIT
#include "mm/domain/window.hpp"

#include <arch/cpu.hpp>
#include <arch/probe.hpp>
#include <array>
#include <span>

#include "kernel/main/system.hpp"
#include "kernel/test/mutant_scope.hpp"
#include "kernel/test/test.hpp"
#include "mm/domain/domain.hpp"
#include "mm/memory.hpp"

using namespace mm;

namespace {

bool readable(VirtAddr address) {
    std::byte byte{};
    return arch::probe_read(address, std::span(&byte, 1)) == 1;
}

/// A domain with one exclusive page, and an address space with its window.
class Scene {
public:
    Scene() : domain(Domain::create(kernel::memory(), DomainKind::Secret, "window-test")) {
        if (!domain) return;
        page = (*domain)->alloc_pages(order_4k, Zero::Yes);
        const std::array members{SpaceMember{(*domain)->id(), DomainKind::Secret, &(*domain)->window(), nullptr}};
        space = kernel::address_spaces().get(members);
    }
    bool complete() const { return domain && page && space; }
    VirtAddr in_window() const { return (*domain)->window().address(page->first().address()); }
    /// With placement `clone` the owner has its page at this very address.
    bool owner_uses_direct_map() const { return in_window() == in_direct_map(); }
    VirtAddr in_direct_map() const { return DirectMap::virt(page->first().address()); }

    kernel::Result<DomainPtr> domain;
    kernel::Result<ExclusivePages> page = kernel::fail(kernel::Error::NoDomain);
    kernel::Result<AddressSpaceRef> space = kernel::fail(kernel::Error::NoDomain);
};

} // namespace

LACUNA_TEST("mm.window.hardware", "an exclusive page is there for its owner and for nobody else") {
    if (!detaches(kernel::memory().placements().scheme)) SKIP("nothing is isolated with isolation=none");
    const Scene scene;
    REQUIRE(scene.complete());
    CHECK(!readable(scene.in_window()));
    CHECK(!readable(scene.in_direct_map()));
    {
        const AddressSpaceScope inside(kernel::address_spaces(), **scene.space);
        CHECK(readable(scene.in_window()));
        CHECK(readable(scene.in_direct_map()) == scene.owner_uses_direct_map());
    }
    CHECK(!readable(scene.in_window()));
}

LACUNA_TEST("mm.window.hardware", "a flush that is skipped leaves the old owner its entry") {
    DirectMap& map = kernel::memory().direct_map();
    if (map.largest_leaf() != arch::Level::Page4K) SKIP("needs directmap.leaf=4K");
    if (!detaches(kernel::memory().placements().scheme)) SKIP("nothing is isolated with isolation=none");
    const Scene scene;
    REQUIRE(scene.complete());
    Window& window = (*scene.domain)->window();
    const PhysRange range = PhysRange::of(scene.page->first(), order_4k);
    bool stale = false;
    bool flushed = false;
    {
        const arch::PreemptGuard no_switch; // a write to CR3 would flush as well
        const AddressSpaceScope inside(kernel::address_spaces(), **scene.space);
        static_cast<void>(readable(scene.in_window()));
        {
            const kernel::test::MutantScope broken(kernel::Mutant::SkipInvlpg);
            window.unmap(range);
        }
        stale = readable(scene.in_window());
        window.map_reserved(range);
        window.unmap(range);
        flushed = !readable(scene.in_window());
        window.map_reserved(range);
    }
    CHECK(stale);
    CHECK(flushed);
}
