// SPDX-License-Identifier: MIT
#include "kernel/base/console.hpp"

#include <arch/cpu.hpp>
#include <atomic>

namespace kernel::console {
namespace {

constexpr unsigned nobody = ~0u;

constinit std::atomic<Sink> sink_now{nullptr};
// The CPU that writes, or nobody. Not a SpinLocked: a fault report must be able to take it away from
// the code it interrupted, and a panic must be able to do without.
constinit std::atomic<unsigned> writing_cpu{nobody};
constinit std::atomic<bool> panicking{false};

} // namespace

Sink set_sink(Sink sink) { return sink_now.exchange(sink); }

Writer::Writer() {
    arch::preempt_disable();
    if (panicking.load(std::memory_order_relaxed)) return;
    unsigned expected = nobody;
    // Ordering: acquire pairs with the release in ~Writer, so that outputs do not interleave.
    while (!writing_cpu.compare_exchange_weak(expected, arch::cpu_id(), std::memory_order_acquire)) {
        expected = nobody;
        arch::pause();
    }
}

Writer::~Writer() {
    flush();
    unsigned self = arch::cpu_id();
    writing_cpu.compare_exchange_strong(self, nobody, std::memory_order_release);
    arch::preempt_enable();
}

void Writer::flush() {
    if (Sink sink = sink_now.load(std::memory_order_relaxed); sink != nullptr && used_ > 0) {
        sink(std::string_view(buffer_.data(), used_));
    }
    used_ = 0;
}

void seize() {
    unsigned self = arch::cpu_id();
    writing_cpu.compare_exchange_strong(self, nobody, std::memory_order_release);
}

void enter_panic() { panicking.store(true, std::memory_order_relaxed); }

} // namespace kernel::console

namespace kernel {

void vprint(std::string_view format, std::format_args args) {
    console::Writer writer;
    std::vformat_to(console::Appender(writer), format, args);
}

void write(std::string_view text) {
    console::Writer writer;
    writer.put(text);
}

} // namespace kernel
