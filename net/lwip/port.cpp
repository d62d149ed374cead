// SPDX-License-Identifier: MIT
// What lwIP asks of the system besides semaphores, mailboxes and memory: time, threads, a short-term
// lock, random numbers, checksums and last words.
#include "kernel/base/assert.hpp"
#include "kernel/base/log.hpp"
#include "kernel/ns/net_namespace.hpp"
#include "kernel/sched/sched.hpp"
#include "kernel/sync/time.hpp"
#include "net/lwip/checksum.hpp"
#include "net/lwip/instance.hpp"

#include <arch/cc.h>
#include <arch/clock.hpp>
#include <lwip/sys.h>

#include <array>
#include <format>

namespace {

LACUNA_PER_NAMESPACE std::uint64_t random_state = 0;

} // namespace

extern "C" {

LACUNA_PER_NAMESPACE lacuna_protection lacuna_lwip_protection{0};

void lacuna_lwip_assert(const char* text, const char* file, int line) {
    // On the stack, since the panic's text may not be allocated; cut if it is longer.
    std::array<char, 200> why{};
    const auto end = std::format_to_n(why.data(), why.size(), "lwIP in namespace {}: {} ({}:{})",
                                      net::instance.space->name(), text, file, line);
    kernel::panic({why.data(), static_cast<std::size_t>(end.out - why.data())});
}

std::uint16_t lacuna_lwip_checksum(const void* data, int length) {
    // Of every packet: IPv4's header without options.
    if (length == 20)
        return net::header_checksum(std::span<const std::byte, 20>(static_cast<const std::byte*>(data), 20));
    return net::internet_checksum({static_cast<const std::byte*>(data), static_cast<std::size_t>(length)});
}

/// SplitMix64 (Steele, Lea, Flood 2014) over the time-stamp counter and the namespace's own state: for
/// port numbers, sequence numbers and transaction numbers. Not a generator of secrets.
std::uint32_t lacuna_lwip_random(void) {
    random_state += 0x9e3779b97f4a7c15 ^ arch::cycles();
    std::uint64_t mixed = random_state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::uint32_t>(mixed >> 32);
}

void sys_init(void) {}

u32_t sys_now(void) { return static_cast<u32_t>(kernel::Instant::now().ns() / 1'000'000); }

/// lwIP starts one thread, its own. The stack's size and the priority are the kernel's to choose. It runs in
/// the caller's namespace, and ends with it.
sys_thread_t sys_thread_new(const char* name, lwip_thread_fn function, void* argument, int, int) {
    auto task =
        kernel::spawn({.name = name, .function = function, .argument = argument, .stack = kernel::StackSize::Small});
    if (!task) {
        kernel::log::error("namespace {}: no thread '{}': {}", net::instance.space->name(), name,
                           kernel::name(task.error()));
        return nullptr;
    }
    net::instance.lwip_thread = task->get();
    return reinterpret_cast<sys_thread_t>(task->get());
}

/// errno, as the C library's header that lwIP includes finds it: one per task.
int* __errno_location() noexcept { return &kernel::current().locals.error_number; }

} // extern "C"
