// SPDX-License-Identifier: MIT
#include "kernel/ramfs/cpio.hpp"

#include <array>
#include <charconv>

namespace kernel {
namespace {

constexpr std::size_t magic_size = 6;
constexpr std::size_t field_size = 8;
constexpr std::size_t field_count = 13;
constexpr std::size_t header_size = magic_size + field_size * field_count;
constexpr std::string_view trailer = "TRAILER!!!";

/// The fields that matter here, by their place in the header.
enum Field : std::size_t { Mode = 1, FileSize = 6, NameSize = 11, Checksum = 12 };

constexpr std::size_t align4(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

std::string_view text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<std::uint32_t> field(std::string_view header, Field which) {
    const std::string_view digits = header.substr(magic_size + which * field_size, field_size);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::uint32_t sum(std::span<const std::byte> bytes) {
    std::uint32_t total = 0;
    for (std::byte b : bytes) total += std::to_integer<std::uint32_t>(b);
    return total;
}

} // namespace

std::string_view name(CpioError::Kind kind) {
    switch (kind) {
    case CpioError::Kind::Truncated:
        return "it is cut off";
    case CpioError::Kind::BadMagic:
        return "not a cpio archive in newc format, or damaged";
    case CpioError::Kind::BadNumber:
        return "a header field is not a number";
    case CpioError::Kind::BadName:
        return "a file name is damaged";
    case CpioError::Kind::BadChecksum:
        return "a file's checksum is wrong";
    case CpioError::Kind::NoTrailer:
        return "its end marker is missing";
    }
    return "damaged";
}

std::expected<std::optional<CpioEntry>, CpioError> CpioReader::next() {
    using Kind = CpioError::Kind;
    const auto bad = [this](Kind kind) { return std::unexpected(CpioError{kind, position_}); };

    const auto rest = archive_.subspan(position_);
    if (rest.empty()) return bad(Kind::NoTrailer);
    if (rest.size() < header_size) return bad(Kind::Truncated);
    const std::string_view header = text(rest.first(header_size));
    const bool summed = header.starts_with("070702");
    if (!summed && !header.starts_with("070701")) return bad(Kind::BadMagic);

    const auto mode = field(header, Mode);
    const auto file_size = field(header, FileSize);
    const auto name_size = field(header, NameSize);
    const auto checksum = field(header, Checksum);
    if (!mode || !file_size || !name_size || !checksum) return bad(Kind::BadNumber);

    // 32-bit sizes and 64-bit arithmetic: no sum here can wrap round.
    const std::size_t content_begin = align4(header_size + *name_size);
    if (*name_size > rest.size() - header_size) return bad(Kind::Truncated);
    std::string_view entry_name = text(rest.subspan(header_size, *name_size));
    if (entry_name.size() < 2 || entry_name.find('\0') != entry_name.size() - 1) return bad(Kind::BadName);
    entry_name.remove_suffix(1);
    if (entry_name == trailer) return std::nullopt;

    if (content_begin > rest.size() || *file_size > rest.size() - content_begin) {
        return bad(Kind::Truncated);
    }
    const auto content = rest.subspan(content_begin, *file_size);
    if (summed && sum(content) != *checksum) return bad(Kind::BadChecksum);

    const std::size_t following = position_ + align4(content_begin + *file_size);
    position_ = following < archive_.size() ? following : archive_.size();
    return CpioEntry{.name = entry_name, .content = content, .mode = *mode};
}

} // namespace kernel
