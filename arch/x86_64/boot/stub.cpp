// SPDX-License-Identifier: MIT
#include "arch/x86_64/platform/early_print.hpp"
#include <arch/boot_info.hpp>
#include <arch/clock.hpp>
#include <arch/exit.hpp>
#include "kernel/base/assert.hpp"
namespace kernel { [[gnu::weak]] void panic(std::string_view why, std::source_location) { arch::early_print(why, "\n"); arch::exit_machine(arch::ExitCode::Panic); } }
namespace arch {
extern "C" [[gnu::weak]] void kernel_main(const BootInfo& info) {
    early_print("Lacuna: ", info.command_line, "\n");
    for (const auto& r : info.memory) early_print(Hex{r.range.begin.raw()}, " ", Hex{r.range.end.raw()}, " ", Hex{static_cast<unsigned>(r.kind)}, "\n");
    early_print("initrd ", Hex{info.initrd.begin.raw()}, " ", Hex{info.initrd.end.raw()}, " ns ", Hex{now_ns()}, " hz ", Hex{cycles_per_second()}, "\n");
    exit_machine(ExitCode::Success);
}
}
