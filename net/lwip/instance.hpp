// SPDX-License-Identifier: MIT
#pragma once

/// Puts a variable of ours beside lwIP's: one instance per network namespace, at one address, in the
/// namespace's exclusive memory. It needs a constant initialiser, since the template is copied and no
/// constructor runs.
#define LACUNA_PER_NAMESPACE [[gnu::section(".nsdata")]] constinit

namespace mm {
class Domain;
}
namespace kernel {
class NetNamespace;
class Task;
} // namespace kernel

namespace net {

class Receiver;
class SharedObjects;
class Stack;

/// What code that runs inside a network namespace finds of it. The pointers lead out of exclusive
/// memory into shared memory, never the other way round.
struct Instance {
    kernel::NetNamespace* space = nullptr;
    mm::Domain* domain = nullptr;
    Stack* stack = nullptr;
    SharedObjects* objects = nullptr;
    Receiver* receiver = nullptr;        ///< null until the stack is up
    kernel::Task* lwip_thread = nullptr; ///< null: lwIP asked for its thread and there was none to be had
};

/// The current namespace's own. Outside any network namespace nothing is mapped there and touching it
/// is a fault, like touching lwIP itself.
extern Instance instance;

} // namespace net
