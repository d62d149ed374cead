// SPDX-License-Identifier: MIT
#pragma once

#include <arch/trap.hpp>

namespace arch {

/// If a fault was raised by probe.S, makes the frame resume at its failure exit and returns true.
bool resume_probe(TrapFrame& frame);

} // namespace arch
