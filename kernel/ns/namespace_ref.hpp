// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace kernel {

class NetNamespace;

/// Keeps a namespace object alive (not the namespace: its state may turn to Dying). Move-only.
class [[nodiscard]] NamespaceRef {
public:
    NamespaceRef() = default;
    /// Takes a reference of its own.
    explicit NamespaceRef(NetNamespace& ns);
    /// Takes over a reference that was counted before.
    static NamespaceRef adopt(NetNamespace& ns) {
        NamespaceRef ref;
        ref.ns_ = &ns;
        return ref;
    }
    NamespaceRef(NamespaceRef&& other) noexcept : ns_(std::exchange(other.ns_, nullptr)) {}
    NamespaceRef& operator=(NamespaceRef&& other) noexcept {
        if (this != &other) {
            reset();
            ns_ = std::exchange(other.ns_, nullptr);
        }
        return *this;
    }
    ~NamespaceRef() { reset(); }

    [[nodiscard]] NetNamespace* get() const { return ns_; }
    NetNamespace* operator->() const { return ns_; }
    NetNamespace& operator*() const { return *ns_; }
    explicit operator bool() const { return ns_ != nullptr; }

    void reset();

private:
    NetNamespace* ns_ = nullptr;
};

} // namespace kernel
