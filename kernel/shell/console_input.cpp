// SPDX-License-Identifier: MIT
#include "kernel/shell/console_input.hpp"

#include <arch/serial.hpp>
#include <array>
#include <atomic>

#include "kernel/sync/semaphore.hpp"

namespace kernel::console_input {
namespace {

// One writer, the interrupt handler, and one reader, the shell. Large, because a pipe delivers a whole
// script while the first command still runs; what does not fit is lost.
constexpr std::size_t capacity = 16 * 1024;
static_assert((capacity & (capacity - 1)) == 0);
constinit std::array<char, capacity> ring{};
constinit std::atomic<std::size_t> written{0};
constinit std::atomic<std::size_t> taken{0};
constinit Semaphore available{0};

void receive(char byte) {
    const std::size_t at = written.load(std::memory_order_relaxed);
    // Ordering: acquire, so that the reader is done with a place before it is used again.
    if (at - taken.load(std::memory_order_acquire) == capacity) return;
    ring[at % capacity] = byte;
    // Ordering: release publishes the byte.
    written.store(at + 1, std::memory_order_release);
    available.release();
}

} // namespace

Result<> start() { return arch::serial_start_receive(receive); }

Result<char> read() {
    TRY(available.acquire());
    const std::size_t at = taken.load(std::memory_order_relaxed);
    const char byte = ring[at % capacity];
    taken.store(at + 1, std::memory_order_release);
    return byte;
}

bool pending() { return written.load(std::memory_order_acquire) != taken.load(std::memory_order_relaxed); }

} // namespace kernel::console_input
