// SPDX-License-Identifier: MIT
#include "kernel/diag/fault_report.hpp"

#include "kernel/base/console.hpp"
#include "kernel/diag/report.hpp"

namespace kernel::diag {

std::string_view name(Access access) {
    switch (access) {
    case Access::Read: return "read";
    case Access::Write: return "write";
    case Access::Execute: return "execution";
    }
    return "access";
}

void report_fault(Access access, mm::VirtAddr address, Cause cause) {
    write("fault: ");
    print_current_task();
    print(": {} of {:#x}: {}\n", name(access), address.raw(),
          cause == Cause::NotMapped ? "not mapped here" : "mapped, but not for this");
}

} // namespace kernel::diag
