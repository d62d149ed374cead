// SPDX-License-Identifier: MIT
#pragma once

// The host walks the processor's page tables in software: arch/host/tlb_model.hpp.
#include "arch/x86_64/include/arch/pte.hpp"
