// SPDX-License-Identifier: MIT
#include "net/links/veth.hpp"

#include "kernel/sched/sched.hpp"

namespace net {

using kernel::Error;
using kernel::fail;
using kernel::Result;

constinit kernel::Mutex Veth::closing{"veth closing"};
constinit kernel::Condition Veth::closed_changed;

namespace {

/// What crosses into the namespace with the thread that opens an end. In shared memory: part of the stack of
/// a caller outside all namespaces, or not readable there.
struct Opening {
    WirePort* port;
    const WirePort::Config* config;
    Result<> result = fail(Error::Killed); // unless the thread gets to say otherwise
};

} // namespace

Veth::Veth(std::uint32_t serial, WireMemory& memory, const HandoverOps& handover, const End& a, const End& b)
    : ends_{a, b}, wire_(mm::TransitTag{serial}, memory),
      ports_{WirePort{WireEnd{wire_, Side::A}, handover, *this, serial},
             WirePort{WireEnd{wire_, Side::B}, handover, *this, serial}} {}

Result<> Veth::open_end(Side side) {
    const std::size_t index = static_cast<std::size_t>(side);
    Opening opening{.port = &ports_[index], .config = &ends_[index].config};
    TRY(kernel::run_in(
        *ends_[index].space, "link",
        [](void* argument) {
            auto& task = *static_cast<Opening*>(argument);
            task.result = task.port->open(*task.config);
        },
        &opening));
    return opening.result;
}

Result<> Veth::open() {
    TRY(open_end(Side::A));
    if (auto second = open_end(Side::B); !second) {
        // To the first end it looks as if its peer had gone, and it closes itself.
        wire_.close(Side::B);
        end_closed();
        wait_closed();
        return second;
    }
    return {};
}

bool Veth::connects(const kernel::NetNamespace& space) const {
    return ends_[0].space == &space || ends_[1].space == &space;
}

void Veth::end_closed() {
    kernel::MutexGuard guard(closing);
    ++closed_;
    closed_changed.notify_all();
}

void Veth::wait_closed() {
    const kernel::KillShield shield;
    kernel::MutexGuard guard(closing);
    while (closed_ < 2) static_cast<void>(closed_changed.wait(closing));
}

} // namespace net
