// SPDX-License-Identifier: MIT
#include "kernel/sched/process.hpp"

#include "kernel/sched/objects.hpp"

#include <atomic>
#include <utility>

namespace kernel {

namespace {
constinit std::atomic<uint32_t> next_id{0};
constinit Process* kernel_process = nullptr;

NamespaceRef reference(NetNamespace* ns) { return ns != nullptr ? NamespaceRef(*ns) : NamespaceRef(); }
} // namespace

Process::Process(NetNamespace* ns) : id_(next_id.fetch_add(1, std::memory_order_relaxed)), ns_(reference(ns)) {}

Result<Process*> Process::create(NetNamespace* ns) { return objects().processes.make(ns); }

Process& Process::kernel() {
    ensure(kernel_process != nullptr, "the scheduler has not started");
    return *kernel_process;
}

Result<> Process::create_kernel() {
    kernel_process = TRY(create(nullptr));
    return {};
}

void Process::add(Task& task) { threads_.lock()->push_back(task); }

void Process::remove(Task& task) {
    const bool last = threads_.with([&](Threads& threads) {
        threads.remove(task);
        return threads.empty();
    });
    if (last && this != kernel_process) objects().processes.destroy(*this);
}

void Process::destroy_unused() { objects().processes.destroy(*this); }

Result<NamespaceRef> Process::move(Task& only, NetNamespace* ns) {
    NamespaceRef target = reference(ns);
    return threads_.with([&](Threads& threads) -> Result<NamespaceRef> {
        if (threads.size() != 1 || threads.front() != &only) return fail(Error::MultiThreaded);
        std::swap(ns_, target);
        return std::move(target);
    });
}

} // namespace kernel
