// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <format>
#include <string_view>
#include <utility>

#include "kernel/base/appender.hpp"

namespace kernel::console {

/// Where finished bytes go: the serial line in the kernel, a capture buffer in a host test.
using Sink = void (*)(std::string_view bytes);

/// Replaces the sink and returns the one before. Boot code and tests only. No sink: output is dropped.
Sink set_sink(Sink sink);

/// Holds the console from construction to destruction, so that what is written in between appears in
/// one piece, whichever namespace writes. Not recursive; keeps preemption off. Thread context only.
class Writer {
public:
    Writer();
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void put(char c) {
        if (used_ == buffer_.size()) flush();
        buffer_[used_++] = c;
    }
    void put(std::string_view text) {
        for (char c : text) put(c);
    }

private:
    void flush();

    // Collected on the writer's own stack: a namespace's text reaches shared memory only as output.
    std::array<char, 128> buffer_;
    std::size_t used_ = 0;
};

using Appender = kernel::Appender<Writer>;

/// Frees the console if this CPU holds it: for fault reports and panics, which may have interrupted a
/// Writer that will never finish.
void seize();

/// Switches the console to unlocked operation for good: the last words of a panic. Any context.
void enter_panic();

} // namespace kernel::console

namespace kernel {

/// The part of `print` that does not depend on the argument types.
void vprint(std::string_view format, std::format_args args);

/// Writes formatted text to the console, in one piece. The format is checked at compile time.
/// Thread context; never from an interrupt handler.
template <class... Args>
void print(std::format_string<Args...> format, Args&&... args) {
    vprint(format.get(), std::make_format_args(args...));
}

/// Writes text as it is, in one piece.
void write(std::string_view text);

} // namespace kernel
