// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace kernel {

/// Keeps a counted object alive. Move-only; null after a move. Beside T stand two functions:
///
///     void retain(T&);   counts one reference more
///     void release(T&);  drops one; with the last the object goes
template <class T>
class [[nodiscard]] Ref {
public:
    Ref() = default;
    /// Takes a reference of its own.
    explicit Ref(T& object) : object_(&object) { retain(object); }
    /// Takes over a reference that was counted before.
    static Ref adopt(T& object) {
        Ref ref;
        ref.object_ = &object;
        return ref;
    }
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref&& other) noexcept {
        if (this != &other) {
            reset();
            object_ = std::exchange(other.object_, nullptr);
        }
        return *this;
    }
    ~Ref() { reset(); }

    [[nodiscard]] T* get() const { return object_; }
    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }
    explicit operator bool() const { return object_ != nullptr; }

    /// Lets go of the object now.
    void reset() {
        if (T* const object = std::exchange(object_, nullptr)) release(*object);
    }

private:
    T* object_ = nullptr;
};

} // namespace kernel
