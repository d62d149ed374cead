// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <vector>

#include "kernel/test/test.hpp"
#include "mm/audit/audit.hpp"
#include "mm/domain/domain.hpp"
#include "mm/testing/host_system.hpp"
#include "mm/testing/make_domain.hpp"
#include "mm/testing/many_cpus.hpp"
#include "mm/testing/system.hpp"

// Random operations on several CPUs against the model of their TLBs: whatever happens, no CPU can use a
// translation that contradicts the frame table, but for what the flush policy lists as its stale window.

using namespace mm;
using mm::testing::AsCpu;
using mm::testing::HostPlan;
using mm::testing::HostSystem;
using mm::testing::ManyCpus;
using mm::testing::Random;

namespace {

struct Plan {
    Flush flush;
    Pcid pcid;
    Granularity granularity = Granularity::Block;
};

class Stress {
public:
    Stress(const Plan& plan, std::uint64_t seed)
        : flush_(plan.flush), random_(seed),
          system_({.policies = {.granularity = plan.granularity, .flush = plan.flush}}),
          cpus_(system_, cpu_count, plan.pcid) {
        for (std::size_t i = 0; i < net_count; ++i) members_.push_back(make(DomainKind::Net));
        members_.push_back(make(DomainKind::Process));
    }
    ~Stress() {
        for (unsigned cpu = 0; cpu < cpu_count; ++cpu) load_kernel(cpu);
    }

    void step() {
        const unsigned cpu = pick(cpu_count);
        const AsCpu here(cpu);
        switch (pick(16)) {
        case 0:
        case 1:
        case 2:
            return load(cpu);
        case 3:
            return allocate();
        case 4:
            return free();
        case 5:
        case 6:
            return hand_over();
        case 7:
            return take_over();
        case 8:
            return system_.spaces.catch_up();
        case 9:
            return touch_direct_map(cpu);
        case 11:
            return go_and_come_back(cpu);
        case 12:
            return write(cpu);
        case 13:
            return write_again(cpu);
        case 14:
            return free_under_the_pen(cpu);
        case 10:
            return pick(40) == 0 ? replace(pick(members_.size())) : touch_window(cpu);
        default:
            return touch_window(cpu);
        }
    }

    /// The number of translations that a CPU could use and must not have.
    std::size_t contradictions() {
        std::size_t found = 0;
        for (unsigned cpu = 0; cpu < cpu_count; ++cpu) {
            system_.machine.tlb().for_each_usable(cpu, [&](std::uint64_t address, arch::Pte entry, arch::Level level) {
                found += is_wrong(cpu, address, entry, level) ? 1 : 0;
            });
        }
        return found;
    }

    /// The number of pages on which something stands that a domain wrote, and that it must not stand on: those that are
    /// another's, free, or a page table.
    std::size_t leaks() {
        std::size_t found = 0;
        for (const auto& [pfn, serial] : written_) {
            const Frame& frame = system_.boot.frames[pfn];
            if (frame.state == FrameState::Quarantined) continue; // on its way to be cleared
            const bool own = is_exclusive(frame.state) && owner_of(serial) == frame.owner;
            const auto* const words = reinterpret_cast<const std::uint64_t*>(system_.raw(pfn));
            found += !own && std::find(words, words + 512, mark_of(serial)) != words + 512 ? 1 : 0;
        }
        return found;
    }

    bool audit_is_clean() {
        std::vector<SpaceMember> members;
        for (Member& member : members_) members.push_back(member.domain->space_member(nullptr));
        return mm::audit({system_.boot.frames, system_.spaces, system_.placements, members})
            .clean();
    }

private:
    static constexpr unsigned cpu_count = 4;
    static constexpr std::size_t net_count = 10; // more than a CPU has PCIDs

    struct Member {
        DomainPtr domain;
        std::vector<Pfn> blocks;
        std::uint64_t serial = 0; ///< never used again, unlike the domain's number
    };
    /// A word that a CPU wrote for a domain, and goes on writing.
    struct Write {
        unsigned cpu;
        VirtAddr at;
        std::uint64_t serial;
    };
    struct Packet {
        Pfn frame;
        TransitTag tag;
    };

    unsigned pick(std::size_t below) { return static_cast<unsigned>(random_.below(below)); }

    /// Half of the time one of three, so that things happen to the same few as well.
    std::size_t some_net() { return pick(2) == 0 ? pick(3) : pick(net_count); }
    Member& some_member() { return members_[pick(8) == 0 ? net_count : some_net()]; }

    Member make(DomainKind kind) {
        return {.domain = mm::testing::make_domain(system_.memory, "stress", kind), .blocks = {}, .serial = ++serial_};
    }
    /// A page-table entry of a domain's making.
    static std::uint64_t mark_of(std::uint64_t serial) { return serial << 12 | 0x67; }
    DomainId owner_of(std::uint64_t serial) const {
        for (const Member& member : members_)
            if (member.serial == serial) return member.domain->id();
        return shared_domain;
    }

    /// Writes to a block of the domain that a CPU runs, and remembers it for write_again().
    void write(unsigned cpu) {
        for (Member& member : members_) {
            if (!loaded_.contains(cpu) || !loaded_[cpu]->contains(member.domain->id()) || member.blocks.empty())
                continue;
            const Pfn pfn = member.blocks[pick(member.blocks.size())];
            const VirtAddr at = member.domain->window().address(pfn.address()) + 8 * pick(512);
            if (!system_.machine.write(cpu, at, mark_of(member.serial))) continue;
            written_[pfn] = member.serial;
            if (writes_.size() > 200) writes_.erase(writes_.begin());
            writes_.push_back({cpu, at, member.serial});
        }
    }
    /// A block is freed by another CPU while this one goes on writing to it.
    void free_under_the_pen(unsigned cpu) {
        write(cpu);
        if (writes_.empty() || writes_.back().cpu != cpu) return;
        const Write last = writes_.back();
        for (Member& member : members_) {
            const auto block = std::ranges::find_if(member.blocks, [&](Pfn first) {
                return last.serial == member.serial && last.at - member.domain->window().address(first.address()) < page_size;
            });
            if (block == member.blocks.end()) continue;
            {
                const AsCpu other((cpu + 1) % cpu_count);
                member.domain->free_block(*block);
                member.blocks.erase(block);
                member.domain->trim();
            }
            system_.machine.write(cpu, last.at, mark_of(last.serial));
            return;
        }
    }
    /// Writes there again, whatever has become of it, as far as the CPU can.
    void write_again(unsigned cpu) {
        for (const Write& one : writes_) {
            if (one.cpu != cpu || !loaded_.contains(cpu) || !loaded_[cpu]->contains(owner_of(one.serial))) continue;
            system_.machine.write(cpu, one.at, mark_of(one.serial));
        }
    }

    void load(unsigned cpu) {
        if (pick(4) == 0) return load_kernel(cpu);
        std::vector<SpaceMember> members{members_[some_net()].domain->space_member(nullptr)};
        if (pick(3) == 0) members.push_back(members_[net_count].domain->space_member(nullptr));
        auto space = *system_.spaces.get(members);
        system_.spaces.load(*space);
        loaded_[cpu] = std::move(space);
    }
    void load_kernel(unsigned cpu) {
        const AsCpu there(cpu);
        system_.spaces.load(system_.spaces.kernel_space());
        loaded_.erase(cpu);
    }

    /// A block is cached, goes away while the CPU runs something else, and the CPU comes back.
    void go_and_come_back(unsigned cpu) {
        if (!loaded_.contains(cpu)) return;
        const AddressSpaceRef space = loaded_[cpu];
        for (Member& member : members_) {
            if (!space->contains(member.domain->id()) || member.blocks.empty()) continue;
            const Pfn block = take_block(member);
            system_.machine.touch(cpu, member.domain->window().address(block.address()));
            load_kernel(cpu);
            member.domain->free_block(block);
            member.domain->trim();
            system_.spaces.load(*space);
            loaded_[cpu] = space;
            return;
        }
    }

    void allocate() {
        Member& member = some_member();
        const auto block = member.domain->alloc_block(Order{pick(3)}, Zero::No, FrameState::Exclusive);
        if (block) member.blocks.push_back(*block);
    }
    Pfn take_block(Member& member) {
        const std::size_t index = pick(member.blocks.size());
        const Pfn block = member.blocks[index];
        member.blocks.erase(member.blocks.begin() + static_cast<std::ptrdiff_t>(index));
        return block;
    }
    void free() {
        Member& member = some_member();
        if (!member.blocks.empty()) member.domain->free_block(take_block(member));
        // Single pages stay the domain's own until its pool is emptied.
        if (pick(2) == 0) member.domain->trim();
    }
    void hand_over() {
        Member& member = some_member();
        if (member.blocks.empty()) return;
        const Pfn block = take_block(member);
        // What is in a packet is its receiver's, rightly.
        for (std::uint64_t page = 0; page < 4; ++page) written_.erase(block + PageCount{page});
        std::erase_if(writes_, [&](const Write& one) {
            return one.at - member.domain->window().address(block.address()) < 4 * page_size;
        });
        // As the sender has filled it, on whichever CPU runs there.
        for (const auto& [cpu, space] : loaded_) {
            if (space->contains(member.domain->id()))
                system_.machine.touch(cpu, member.domain->window().address(block.address()));
        }
        const TransitTag tag{1 + pick(1000)};
        if (member.domain->disown(block, tag)) {
            packets_.push_back({block, tag});
        } else {
            member.blocks.push_back(block);
        }
    }
    void take_over() {
        if (packets_.empty()) return;
        const Packet packet = packets_.back();
        packets_.pop_back();
        if (pick(3) == 0) {
            CHECK(system_.memory.reclaim_in_transit(packet.frame, packet.tag).has_value());
            return;
        }
        Member& member = some_member();
        CHECK(member.domain->adopt(packet.frame, packet.tag).has_value());
        member.blocks.push_back(packet.frame);
    }
    /// Ends a domain and makes another, which may get its number and its frames.
    void replace(std::size_t index) {
        const DomainKind kind = members_[index].domain->kind();
        const DomainId id = members_[index].domain->id();
        for (unsigned cpu = 0; cpu < cpu_count; ++cpu) {
            if (loaded_.contains(cpu) && loaded_[cpu]->contains(id)) load_kernel(cpu);
        }
        members_[index] = make(kind);
    }

    void touch_window(unsigned cpu) {
        for (Member& member : members_) {
            if (!loaded_.contains(cpu) || !loaded_[cpu]->contains(member.domain->id()) || member.blocks.empty())
                continue;
            const Pfn block = member.blocks[pick(member.blocks.size())];
            system_.machine.touch(cpu, member.domain->window().address(block.address()));
        }
    }
    void touch_direct_map(unsigned cpu) {
        const Pfn pfn{pick(system_.boot.frames.size().raw())};
        system_.machine.touch(cpu, DirectMap::virt(pfn.address()));
    }

    bool is_wrong(unsigned cpu, std::uint64_t address, arch::Pte entry, arch::Level level) {
        const FrameTable frames = system_.boot.frames;
        const Pfn first = Pfn::of(entry.address());
        if (DirectMap::contains(VirtAddr{address})) {
            for (std::uint64_t page = 0; page < arch::order_of(level).pages().raw(); ++page) {
                if (is_detached(frames[first + PageCount{page}].state)) return true;
            }
            return false;
        }
        for (const Member& member : members_) {
            if (!member.domain->window().contains(VirtAddr{address})) continue;
            const bool loaded = loaded_.contains(cpu) && loaded_[cpu]->contains(member.domain->id());
            if (!loaded) continue;
            const Frame& frame = frames[first];
            if (is_exclusive(frame.state)) return frame.owner != member.domain->id();
            // The stale window: the frame has no owner.
            const bool waits = frame.state == FrameState::Quarantined || frame.state == FrameState::InTransit;
            return flush_ == Flush::Sync || !waits;
        }
        const unsigned slot = arch::slot_of(address);
        // A window's translation, and no window of that kind is loaded.
        return slot >= arch::window_first_slot && slot < arch::window_first_slot + arch::window_slot_count;
    }

    Flush flush_;
    Random random_;
    HostSystem system_;
    ManyCpus<HostSystem> cpus_;
    std::vector<Member> members_;
    std::map<unsigned, AddressSpaceRef> loaded_; ///< by CPU; others run on the kernel's tables
    std::vector<Packet> packets_;
    std::uint64_t serial_ = 0;
    std::map<Pfn, std::uint64_t> written_; ///< and whose mark may be there
    std::vector<Write> writes_;
};

/// Steps until something is wrong; says after how many.
std::size_t steps_until_wrong(const Plan& plan, std::uint64_t seed, std::size_t most) {
    Stress stress(plan, seed);
    for (std::size_t step = 1; step <= most; ++step) {
        stress.step();
        if (stress.contradictions() != 0 || stress.leaks() != 0) return step;
        if (step % 500 == 0 && !stress.audit_is_clean()) return step;
    }
    return most + 1;
}

} // namespace

LACUNA_TEST("mm.coherence", "no CPU can use what its tables or the frame's owner deny it, or leave anything there") {
    constexpr std::size_t most = 1500;
    for (const Flush flush : {Flush::Batch, Flush::Sync, Flush::Deferred}) {
        for (const Pcid pcid : {Pcid::Off, Pcid::On}) {
            for (const Granularity granularity : {Granularity::Block, Granularity::Page}) {
                CHECK(steps_until_wrong({flush, pcid, granularity}, 0x5eed, most) == most + 1);
            }
        }
    }
}
