// SPDX-License-Identifier: MIT
#pragma once

#include "mm/audit/audit_report.hpp"

namespace kernel::diag {

/// Prints the violations that `report` records, each in a line that begins with `prefix`.
void print_violations(const mm::AuditReport& report, std::string_view prefix);

/// Audits the system after a test; prints violations as KTAP diagnostics. Returns whether it is clean.
bool audit_after_test();

} // namespace kernel::diag
