// SPDX-License-Identifier: MIT
#include "kernel/main/system.hpp"
#include "mm/testing/system.hpp"

namespace mm::testing {

class System::Machine {};

System::System() = default;
System::~System() = default;
Memory& System::memory() { return kernel::memory(); }
AddressSpaceCache& System::spaces() { return kernel::address_spaces(); }

} // namespace mm::testing
