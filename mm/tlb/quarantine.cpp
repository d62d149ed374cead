// SPDX-License-Identifier: MIT
#include "mm/tlb/quarantine.hpp"

#include <ranges>
#include <utility>

#include "kernel/base/mutant.hpp"
#include "mm/frame_checks.hpp"

namespace mm {

std::optional<FlushTicket> Quarantine::must_wait(TlbBatch& batch) {
    if (policy_ == Flush::Sync || !batch.can_wait() || (policy_ == Flush::Batch && batch.is_local())) {
        batch.flush();
        return {};
    }
    const FlushTicket ticket = batch.defer();
    if (ticket.passed() || kernel::mutant(kernel::Mutant::SkipQuarantine)) return {};
    return ticket;
}

void Quarantine::put(TlbBatch& batch, Pfn first, Order order) {
    const auto ticket = must_wait(batch);
    if (!ticket) return let_go(first, order);
    frames_.assign(PhysRange::of(first, order), FrameState::Quarantined, shared_domain);
    frames_[first].order = static_cast<std::uint8_t>(order.raw());
    const PageRun head{first, 1};
    take_in(*ticket, {&head, 1}, order.pages());
}

void Quarantine::put_runs(TlbBatch& batch, std::span<const PageRun> runs) {
    const auto ticket = must_wait(batch);
    if (!ticket) return let_go(runs);
    for (const PageRun& run : runs) frames_.assign(run.range(), FrameState::Quarantined, shared_domain);
    take_in(*ticket, runs, PageCount{pages_in(runs)});
}

void Quarantine::take_in(FlushTicket ticket, std::span<const PageRun> heads, PageCount pages) {
    // Counted first: once they are linked, another CPU may let them go.
    const std::uint64_t before = waiting_.fetch_add(pages.raw(), std::memory_order_relaxed);
    while (!try_put(ticket, heads)) settle();
    const std::uint64_t now = before + pages.raw();
    if (before / sweep_interval == now / sweep_interval) return;
    sweep();
    if (waiting() >= (policy_ == Flush::Batch ? batch_limit : forced_limit)) settle();
}

/// Links each page of `heads`, of which each stands for the block that begins there. False if there is no room for one
/// more window.
bool Quarantine::try_put(FlushTicket ticket, std::span<const PageRun> heads) {
    return lots_.with([&](Lots& lots) {
        Lot* room = nullptr;
        for (Lot& lot : lots) {
            if (lot.first != no_frame && lot.ticket.window == ticket.window) {
                room = &lot;
                break;
            }
            if (lot.first == no_frame) room = &lot;
        }
        if (room == nullptr) return false;
        // A lot waits as long as the last that came in.
        if (room->first == no_frame || room->ticket.generation < ticket.generation) room->ticket = ticket;
        // From the end, so that a run comes out as it went in.
        for (const PageRun& run : std::views::reverse(heads)) {
            for (std::uint32_t page = run.end().raw(); page-- != run.first.raw(); room->first = page) {
                frames_.unchecked(Pfn{page}).next = room->first;
            }
        }
        return true;
    });
}

void Quarantine::settle() {
    Lots taken = lots_.with([](Lots& lots) { return std::exchange(lots, Lots{}); });
    const auto behind = [&taken] {
        CpuMask cpus;
        for (const Lot& lot : taken) {
            if (lot.first != no_frame) cpus = cpus | lot.ticket.behind();
        }
        return cpus;
    };
    tlb_.settle(behind);
    for (const Lot& lot : taken) release(lot);
}

void Quarantine::sweep() {
    const Lots passed = lots_.with([](Lots& lots) {
        Lots out;
        for (std::size_t i = 0; i < lots.size(); ++i) {
            if (lots[i].first != no_frame && lots[i].ticket.passed()) out[i] = std::exchange(lots[i], Lot{});
        }
        return out;
    });
    for (const Lot& lot : passed) release(lot);
}

/// Of a lot whose ticket was seen to have passed. It may not look so now: a CPU that loads the window counts as
/// behind until it has, but what it loads is newer than the ticket.
void Quarantine::release(const Lot& lot) {
    if (lot.first == no_frame) return;
    std::array<Pfn, 32> pages;
    std::size_t count = 0;
    const auto give_pages = [&] {
        waiting_.fetch_sub(count, std::memory_order_relaxed);
        let_go(PageRuns<pages.size()>(std::span<const Pfn>(pages).first(count)).all());
        count = 0;
    };
    for (std::uint32_t next = lot.first; next != no_frame;) {
        const Pfn first{next};
        ensure_listed(frames_, first, FrameState::Quarantined, shared_domain, "the quarantine's lots");
        const Order order{frames_.unchecked(first).order};
        next = std::exchange(frames_.unchecked(first).next, no_frame);
        if (order == order_4k) {
            pages[count++] = first;
            if (count == pages.size()) give_pages();
        } else {
            waiting_.fetch_sub(order.pages().raw(), std::memory_order_relaxed);
            let_go(first, order);
        }
    }
    if (count != 0) give_pages();
}

/// What no CPU can reach any more is cleared, and free.
void Quarantine::let_go(Pfn first, Order order) {
    const PageRun block = PageRun::of(first, order);
    eraser_.erase({&block, 1});
    free_.give(first, order);
}

void Quarantine::let_go(std::span<const PageRun> runs) {
    eraser_.erase(runs);
    free_.give_runs(runs);
}

} // namespace mm
