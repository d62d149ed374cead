// SPDX-License-Identifier: MIT
#include "net/lwip/shared_objects.hpp"

#include "mm/memory.hpp"

namespace net {

void* SharedObject::operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return kernel::memory().kmalloc(bytes).value_or(nullptr);
}

void SharedObject::operator delete(void* object) noexcept { kernel::memory().kfree(object); }

SharedObjects::~SharedObjects() {
    while (SharedObject* object = objects_.unlocked().pop_front()) delete object;
}

void SharedObjects::add(SharedObject& object) {
    objects_.with([&](List& list) { list.push_back(object); });
}

void SharedObjects::destroy(SharedObject& object) {
    objects_.with([&](List& list) { list.remove(object); });
    delete &object;
}

std::size_t SharedObjects::count() const {
    return objects_.with([](const List& list) {
        std::size_t count = 0;
        for ([[maybe_unused]] const SharedObject& object : list) ++count;
        return count;
    });
}

} // namespace net
