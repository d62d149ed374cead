// SPDX-License-Identifier: MIT
#include "net/apps/stress.hpp"

#include "kernel/base/log.hpp"
#include "kernel/ns/frame_balance.hpp"
#include "kernel/ns/namespace_registry.hpp"
#include "kernel/sched/sched.hpp"
#include "net/apps/bulk.hpp"
#include "net/links/links.hpp"

#include <array>
#include <atomic>
#include <format>
#include <memory>
#include <vector>

namespace net {

namespace {

using kernel::NamespaceRef;
using kernel::Result;

constexpr unsigned most_pairs = 64;
// A machine that does many things at once does each of them slowly.
constexpr unsigned patience_ms = 60'000;
constexpr unsigned streams_per_life = 3;
constexpr std::uint64_t longest_stream = 64 * 1024;
constexpr std::string_view far_address = "10.9.9.2";

/// What all pairs share. In shared memory, like everything here that tasks inside look at.
struct Course {
    kernel::Instant end;
    std::atomic<std::uint64_t> lives{0};
    std::atomic<std::uint64_t> streams{0};
    std::atomic<std::uint64_t> cut_short{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> failures{0};
};

/// One stream from inside a namespace.
struct Stream {
    std::uint64_t bytes = 0;
    std::uint64_t seed = 0;
    Result<BulkResult> outcome = kernel::fail(kernel::Error::Killed);
};

void send_stream(void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    stream.outcome =
        bulk_send({.host = far_address, .bytes = stream.bytes, .seed = stream.seed, .timeout_ms = patience_ms});
}

/// A pair of namespaces that comes and goes, and the task that sees to it.
class StressPair {
public:
    StressPair(Course& course, unsigned number) : course_(course), random_(0x9e37'79b9'7f4a'7c15 * (number + 1)) {
        std::format_to_n(near_.data(), std::ssize(near_) - 1, "st{}a", number);
        std::format_to_n(far_.data(), std::ssize(far_) - 1, "st{}b", number);
    }

    Result<> start() {
        task_ = TRY(kernel::spawn({.name = "stress", .function = &StressPair::main, .argument = this}));
        return {};
    }
    void join() {
        const kernel::KillShield shield;
        if (task_) static_cast<void>(kernel::join(*task_));
        task_.reset();
    }

private:
    static void main(void* self) { static_cast<StressPair*>(self)->run(); }

    void run() {
        do {
            live();
            ++lives_;
        } while (kernel::Instant::now() < course_.end && !kernel::kill_pending());
    }

    void live() {
        NamespaceRef near = create(near_.data());
        NamespaceRef far = create(far_.data());
        if (near && far && join_up(*near, *far)) {
            for (unsigned i = 0; i < streams_per_life; ++i) whole_stream(*near);
            if (lives_ % 3 == 2) broken_stream(*near, far);
        }
        remove(near);
        remove(far);
    }

    NamespaceRef create(const char* name) {
        auto made = kernel::namespaces().create(name);
        if (made) return std::move(*made);
        failed("no namespace", name, made.error());
        return {};
    }

    void remove(NamespaceRef& space) {
        if (!space) return;
        if (const auto removed = kernel::namespaces().remove(space->name()); !removed) {
            failed("not removed", space->name(), removed.error());
        } else {
            ++course_.lives;
        }
        space.reset();
    }

    bool join_up(kernel::NetNamespace& near, kernel::NetNamespace& far) {
        const auto end = [](u8_t host) {
            return InterfaceConfig{.addressing = Addressing::Static,
                                   .address = {.address = IPADDR4_INIT_BYTES(10, 9, 9, host), .length = 24}};
        };
        if (const auto joined = create_veth(near, end(1), far, end(2)); !joined) {
            failed("no veth pair", near.name(), joined.error());
            return false;
        }
        Result<> serving = kernel::fail(kernel::Error::Killed);
        const auto ran = kernel::run_in(
            far, "serve", [](void* result) { *static_cast<Result<>*>(result) = BulkSink::start(); }, &serving);
        if (ran && serving) return true;
        failed("no sink", far.name(), ran ? serving.error() : ran.error());
        return false;
    }

    Stream next_stream() {
        random_ = random_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407; // Knuth, MMIX
        return {.bytes = 1 + (random_ >> 40) % longest_stream, .seed = random_};
    }

    void whole_stream(kernel::NetNamespace& near) {
        Stream stream = next_stream();
        if (const auto ran = kernel::run_in(near, "send", &send_stream, &stream); !ran) {
            failed("no sender", near.name(), ran.error());
        } else if (!stream.outcome) {
            failed("a stream did not arrive", near.name(), stream.outcome.error());
        } else {
            ++course_.streams;
            course_.bytes += stream.bytes;
        }
    }

    /// The receiver ends while the stream is under way, perhaps; either way the sender comes to an end.
    void broken_stream(kernel::NetNamespace& near, NamespaceRef& far) {
        Stream stream = next_stream();
        auto sender = kernel::spawn_process(&near, {.name = "send", .function = &send_stream, .argument = &stream});
        if (!sender) return failed("no task", near.name(), sender.error());
        remove(far);
        const kernel::KillShield shield; // the stream is on our stack
        static_cast<void>(kernel::join(**sender));
        ++(stream.outcome ? course_.streams : course_.cut_short);
    }

    void failed(std::string_view what, std::string_view where, kernel::Error error) {
        ++course_.failures;
        kernel::log::warn("stress: {}: {}: {}", where, what, kernel::name(error));
    }

    Course& course_;
    std::uint64_t random_;
    std::uint64_t lives_ = 0;
    std::array<char, 12> near_{};
    std::array<char, 12> far_{};
    kernel::TaskRef task_;
};

/// Runs the pairs until the course's end, each at least once.
Result<> run_pairs(Course& course, unsigned pairs) {
    std::vector<std::unique_ptr<StressPair>> running;
    Result<> started{};
    for (unsigned number = 0; number < pairs && started; ++number) {
        running.push_back(std::make_unique<StressPair>(course, number));
        started = running.back()->start();
    }
    for (auto& pair : running) pair->join();
    return started;
}

} // namespace

Result<StressResult> stress(const StressOptions& options) {
    const unsigned pairs = std::min((options.namespaces + 1) / 2, most_pairs);
    Course warm_up{.end = kernel::Instant::now()};
    TRY(run_pairs(warm_up, pairs));
    const std::uint64_t before = kernel::frame_balance().raw();
    Course course{.end = kernel::Instant::now() + kernel::seconds(options.seconds)};
    TRY(run_pairs(course, pairs));
    const std::uint64_t after = kernel::frame_balance().raw();
    return StressResult{.lives = course.lives,
                        .streams = course.streams,
                        .cut_short = course.cut_short,
                        .bytes = course.bytes,
                        .failures = course.failures + warm_up.failures,
                        .frames_lost = static_cast<std::int64_t>(before - after)};
}

} // namespace net
