// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/base/appender.hpp"
#include "kernel/base/result.hpp"
#include "net/lwip/heap_buffer.hpp"

#include <format>
#include <string_view>

namespace net {

/// A page of text that grows as it is written, in the namespace's exclusive heap. Memory that is not to
/// be had cuts it short; complete() tells.
class Page {
public:
    void put(char c);
    void put(std::string_view text);
    /// The same with what HTML would take for markup escaped.
    void put_escaped(std::string_view text);
    template <class... Args>
    void add(std::format_string<Args...> format, Args&&... args) {
        std::format_to(kernel::Appender(*this), format, std::forward<Args>(args)...);
    }

    bool complete() const { return complete_; }
    /// Ends this object's ownership of the text, which lies at the start of the block that this returns.
    std::byte* release() { return buffer_.release(); }
    std::string_view text() const { return {reinterpret_cast<const char*>(buffer_.bytes().data()), size_}; }

private:
    bool grow();

    HeapBuffer buffer_;
    std::size_t size_ = 0;
    bool complete_ = true;
};

} // namespace net
