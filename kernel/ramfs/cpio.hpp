// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

namespace kernel {

/// What is wrong with an archive, and where.
struct CpioError {
    enum class Kind : std::uint8_t {
        Truncated,   ///< a header, name or content reaches beyond the end
        BadMagic,    ///< a header does not begin with 070701 or 070702
        BadNumber,   ///< a header field is not hexadecimal
        BadName,     ///< a name is empty, not terminated, or has a NUL inside
        BadChecksum, ///< 070702: the bytes of the content do not add up to the checksum
        NoTrailer,   ///< the archive ends without its TRAILER!!! entry
    };
    Kind kind;
    std::size_t offset; ///< of the entry's header, in bytes
    constexpr bool operator==(const CpioError&) const = default;
};

std::string_view name(CpioError::Kind kind);

/// One member of an archive. Name and content point into it.
struct CpioEntry {
    std::string_view name;
    std::span<const std::byte> content;
    std::uint32_t mode = 0; ///< st_mode of Unix

    constexpr bool is_file() const { return (mode & 0170000) == 0100000; }
    constexpr bool is_folder() const { return (mode & 0170000) == 0040000; }
};

/// Reads an archive in cpio's "new ASCII" format, from front to back:
///
///     header: 6 characters of magic, 13 numbers of 8 hexadecimal digits | name NUL | 0..3 bytes of
///     padding | content | 0..3 bytes of padding | next header ... | TRAILER!!! | anything
///
/// Source: cpio(5) of libarchive; Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
/// Every length is checked against the archive before it is used: the archive comes from outside.
class CpioReader {
public:
    explicit CpioReader(std::span<const std::byte> archive) : archive_(archive) {}

    /// The next entry, nothing at the trailer, or what is wrong. After an error, do not go on.
    std::expected<std::optional<CpioEntry>, CpioError> next();

private:
    std::span<const std::byte> archive_;
    std::size_t position_ = 0;
};

} // namespace kernel
