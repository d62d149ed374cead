// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace kernel {

/// Everything a caller can run into. Bugs are not in this list: they end in `ensure`.
enum class Error : std::uint8_t {
    OutOfMemory,     ///< no free frame of the order asked for
    DomainLimit,     ///< the domain has used up its own limit
    NoDomain,        ///< exclusive memory was asked for outside any domain
    NotMapped,       ///< the address has no mapping in the page table concerned
    InvalidArgument, ///< malformed or out-of-range input
    NotFound,
    Exists,
    Busy,
    WouldBlock,
    TimedOut,
    Unsupported,
    MultiThreaded, ///< refused because the process has several threads
    NoSpace,       ///< a ring, table or buffer is full
    Closed,
    Io,
    Refused,
    Killed,
    NoProtectionKey, ///< isolation pks, and all its keys are taken
};

/// The text an error is shown to a user with.
constexpr std::string_view name(Error error) {
    switch (error) {
    case Error::OutOfMemory:
        return "out of memory";
    case Error::DomainLimit:
        return "the namespace's memory limit is reached";
    case Error::NoDomain:
        return "exclusive memory asked for outside any namespace";
    case Error::NotMapped:
        return "address not mapped";
    case Error::InvalidArgument:
        return "invalid argument";
    case Error::NotFound:
        return "not found";
    case Error::Exists:
        return "already exists";
    case Error::Busy:
        return "busy";
    case Error::WouldBlock:
        return "would block";
    case Error::TimedOut:
        return "timed out";
    case Error::Unsupported:
        return "not supported";
    case Error::MultiThreaded:
        return "the process has several threads";
    case Error::NoSpace:
        return "no space left";
    case Error::Closed:
        return "closed by the other side";
    case Error::Io:
        return "input/output error";
    case Error::Refused:
        return "refused";
    case Error::Killed:
        return "killed";
    case Error::NoProtectionKey:
        return "isolation=pks holds 15 namespaces, one for each protection key: remove one, or boot with isolation=pgd";
    }
    return "unknown error";
}

template <class T = void>
using Result = std::expected<T, Error>;

constexpr std::unexpected<Error> fail(Error error) { return std::unexpected(error); }

} // namespace kernel

/// Yields the value of a `Result`, or returns its error from the enclosing function.
#define TRY(expression)                                                \
    __extension__({                                                    \
        auto&& try_result_ = (expression);                             \
        if (!try_result_) return std::unexpected(try_result_.error()); \
        *std::move(try_result_);                                       \
    })
