// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/options/options.hpp"
#include "mm/audit/audit_report.hpp"
#include "mm/tables/address_space_cache.hpp"

/// The booted system's parts that are not reached through a registry of their own.
namespace kernel {

/// What the command line asked for.
const Options& options();

/// All address spaces. Precondition: memory is set up.
mm::AddressSpaceCache& address_spaces();

/// Runs the audit over everything that exists. Thread context; nothing else changes memory meanwhile.
mm::AuditReport audit_system();

} // namespace kernel
