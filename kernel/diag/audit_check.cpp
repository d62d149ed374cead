// SPDX-License-Identifier: MIT
#include "kernel/diag/audit_check.hpp"

#include "kernel/base/console.hpp"
#include "kernel/main/system.hpp"

namespace kernel::diag {

void print_violations(const mm::AuditReport& report, std::string_view prefix) {
    for (const mm::AuditViolation& violation : report.recorded()) {
        print("{}{}\n", prefix, std::string_view(mm::describe(violation)));
    }
    if (report.violations > report.recorded().size()) {
        print("{}and {} more\n", prefix, report.violations - report.recorded().size());
    }
}

bool audit_after_test() {
    const mm::AuditReport report = audit_system();
    if (report.clean()) return true;
    print("# audit: {} violations\n", report.violations);
    print_violations(report, "# audit: ");
    return false;
}

} // namespace kernel::diag
