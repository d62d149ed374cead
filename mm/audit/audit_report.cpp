// SPDX-License-Identifier: MIT
#include "mm/audit/audit_report.hpp"

#include <format>

namespace mm {

std::string_view name(AuditFinding finding) {
    switch (finding) {
    case AuditFinding::ExclusiveInDirectMap:
        return "exclusive frame in the direct map";
    case AuditFinding::MissingInDirectMap:
        return "shared frame missing in the direct map";
    case AuditFinding::NotRam:
        return "the direct map maps what is not RAM";
    case AuditFinding::WrongAddress:
        return "frame mapped at the wrong address";
    case AuditFinding::ForeignFrame:
        return "frame mapped by a domain that does not own it";
    case AuditFinding::NotExclusive:
        return "frame that is not exclusive mapped by a domain";
    case AuditFinding::MissingInWindow:
        return "exclusive frame missing in its owner's window";
    case AuditFinding::MissingInImage:
        return "image frame that no image maps";
    case AuditFinding::MappedTwice:
        return "frame mapped twice";
    case AuditFinding::LargeLeaf:
        return "large leaf where only 4 KiB leaves may be";
    case AuditFinding::Global:
        return "global bit on a domain's leaf";
    case AuditFinding::WritableExecutable:
        return "writable and executable";
    case AuditFinding::UserAccessible:
        return "accessible from user mode";
    case AuditFinding::SharedEntryDiffers:
        return "shared top-level entry differs";
    case AuditFinding::StrayEntry:
        return "top-level entry that nothing accounts for";
    case AuditFinding::MissingEntry:
        return "top-level entry missing";
    case AuditFinding::LeftInWorkshop:
        return "left behind in a workshop";
    case AuditFinding::DeviceMapsMemory:
        return "the device slot maps a domain's memory";
    case AuditFinding::NotATable:
        return "an entry leads to what is not its page table";
    case AuditFinding::OrphanTable:
        return "page table that nothing leads to";
    case AuditFinding::WrongTableCount:
        return "a page table's books do not add up";
    case AuditFinding::CopyDiffers:
        return "a copy of the direct map differs from the kernel's";
    case AuditFinding::WrongKey:
        return "wrong protection key";
    case AuditFinding::WrongKeyRights:
        return "a CPU's key rights are not those of what it runs";
    }
    return "unknown";
}

std::string describe(const AuditViolation& violation) {
    return std::format("{}: address {:#018x}, frame {:#x} ({}, owner {}), found in {}", name(violation.finding),
                       violation.address.raw(), violation.frame.raw(), name(violation.state), violation.owner.raw(),
                       violation.found_in.raw());
}

void AuditReport::record(const AuditViolation& violation) {
    if (violations < max_recorded) first_[violations] = violation;
    ++violations;
}

} // namespace mm
