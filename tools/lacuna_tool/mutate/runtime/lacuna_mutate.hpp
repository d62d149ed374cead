// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <new>
#include <type_traits>

/// What the sources that tools/lacuna mutate rewrites ask: whose turn it is. No other build has it.
namespace lacuna_mutate {

/// Files that can be rewritten at once, and mutants in a file: a number is file * per_file + place in the file.
inline constexpr unsigned files = 256;
inline constexpr unsigned per_file = 2048;

/// The mutant whose turn it is. Set before the program starts; `nobody` while it is found out what is reached.
extern unsigned active;
inline constexpr unsigned nobody = ~0u;

#ifndef LACUNA_MUTATE_WHILE_COMPILING
#define LACUNA_MUTATE_WHILE_COMPILING ~0u
#endif

/// Which places were passed, one byte for each; a test's runner reads and clears it.
extern unsigned char reached[files * per_file];

/// Whether it is this mutant's turn. Any context. In what is computed while compiling it is the turn of the one that
/// the compiler's command line names, so that a static_assert can notice it.
[[gnu::always_inline]] constexpr bool on(unsigned number) {
    if consteval {
        return number == (LACUNA_MUTATE_WHILE_COMPILING);
    } else {
        reached[number] = 1;
        return active == number;
    }
}

/// A variable that exists for its constructor and destructor, unless it is its mutant's turn.
template <class Make>
class [[maybe_unused]] Unless {
public:
    Unless(bool left_out, Make make) : made_(!left_out) {
        if (made_) ::new (static_cast<void*>(room_)) Made(make());
    }
    ~Unless() {
        if (made_) std::launder(reinterpret_cast<Made*>(room_))->~Made();
    }
    Unless(const Unless&) = delete;
    Unless& operator=(const Unless&) = delete;

private:
    using Made = std::remove_cvref_t<std::invoke_result_t<Make>>;
    alignas(Made) unsigned char room_[sizeof(Made)];
    bool made_;
};

} // namespace lacuna_mutate
