// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/intrusive_list.hpp"
#include "kernel/sync/spin_locked.hpp"

#include <cstddef>
#include <new>

namespace net {

/// A kernel object that lwIP holds a pointer to: a semaphore, a mutex, a mailbox's gate. It lies in
/// shared memory, because tasks wait on it.
struct SharedObject {
    SharedObject() = default;
    SharedObject(const SharedObject&) = delete;
    SharedObject& operator=(const SharedObject&) = delete;
    virtual ~SharedObject() = default;

    /// From the kernel's shared heap; null if there is no memory.
    static void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept;
    static void operator delete(void* object) noexcept;

    kernel::ListHook<SharedObject> hook;
};

/// All shared objects of one namespace's stack. lwIP's own pointers to them vanish with the namespace's
/// memory, which is given back as a whole; this list is what the objects are then found by.
class SharedObjects {
public:
    SharedObjects() = default;
    SharedObjects(const SharedObjects&) = delete;
    SharedObjects& operator=(const SharedObjects&) = delete;
    /// Frees what is left. Precondition: no task waits on any of it.
    ~SharedObjects();

    void add(SharedObject& object);
    /// Takes the object off the list and frees it.
    void destroy(SharedObject& object);
    std::size_t count() const;

private:
    using List = kernel::IntrusiveList<SharedObject, &SharedObject::hook>;
    mutable kernel::SpinLocked<List, kernel::Rank::Devices> objects_;
};

} // namespace net
