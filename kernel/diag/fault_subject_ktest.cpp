// SPDX-License-Identifier: MIT
#include "kernel/diag/fault_subject.hpp"

#include "kernel/test/test.hpp"

using kernel::diag::Region;
using kernel::diag::subject_of;
using mm::VirtAddr;

LACUNA_TEST("diag.subject", "an address says which region it is in") {
    CHECK(subject_of(VirtAddr{0}).region == Region::User);
    CHECK(subject_of(VirtAddr{0x7fff'ffff'ffff}).region == Region::User);
    CHECK(subject_of(VirtAddr{0xffff'b000'0000'1000}).region == Region::Devices);
    CHECK(subject_of(VirtAddr{0xffff'b080'0000'1000}).region == Region::Workshop);
    CHECK(subject_of(VirtAddr{0xffff'ffff'8010'0000}).region == Region::KernelImage);
    CHECK(subject_of(VirtAddr{0xffff'ffff'c000'0008}).region == Region::NamespaceImage);
    CHECK(subject_of(VirtAddr{0xffff'c000'0000'0000}).region == Region::Elsewhere);
}

LACUNA_TEST("diag.subject", "in a window and in the direct map it is base plus physical") {
    const auto direct = subject_of(VirtAddr{0xffff'8000'0012'3456});
    CHECK(direct.region == Region::DirectMap);
    CHECK(direct.physical == mm::PhysAddr{0x12'3456});
    const auto window = subject_of(VirtAddr{0xffff'a000'0012'3456});
    CHECK(window.region == Region::Window);
    CHECK(window.kind == mm::DomainKind::Net);
    CHECK(window.physical == mm::PhysAddr{0x12'3456});
    CHECK(subject_of(VirtAddr{0xffff'a100'0000'0000}).kind == mm::DomainKind::Secret);
}
