// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>

namespace kernel {

/// Output iterator over anything with put(char), for std::format_to. What it writes to outlives it.
template <class Target>
class Appender {
public:
    using iterator_category = std::output_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = void;
    using pointer = void;
    using reference = void;

    explicit Appender(Target& target) : target_(&target) {}
    Appender& operator=(char c) {
        target_->put(c);
        return *this;
    }
    Appender& operator*() { return *this; }
    Appender& operator++() { return *this; }
    Appender operator++(int) { return *this; }

private:
    Target* target_;
};

} // namespace kernel
