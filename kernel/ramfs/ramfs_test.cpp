// SPDX-License-Identifier: MIT
#include "kernel/ramfs/ramfs.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <format>

#include "kernel/test/test.hpp"

using namespace kernel;
using Kind = CpioError::Kind;

namespace {

/// Writes archives as cpio does, into a buffer of its own.
class ArchiveWriter {
public:
    ArchiveWriter& add(std::string_view name, std::string_view content, std::uint32_t mode = 0100644,
                       std::string_view magic = "070701", std::uint32_t checksum = 0) {
        text(magic);
        const std::array<std::uint32_t, 13> fields{1,
                                                   mode,
                                                   0,
                                                   0,
                                                   1,
                                                   0,
                                                   static_cast<std::uint32_t>(content.size()),
                                                   0,
                                                   0,
                                                   0,
                                                   0,
                                                   static_cast<std::uint32_t>(name.size() + 1),
                                                   checksum};
        for (std::uint32_t field : fields) {
            std::array<char, 8> digits;
            std::format_to(digits.data(), "{:08x}", field);
            text({digits.data(), digits.size()});
        }
        text(name);
        text({"\0", 1});
        pad();
        text(content);
        pad();
        return *this;
    }
    ArchiveWriter& end() { return add("TRAILER!!!", "", 0); }

    std::span<std::byte> bytes() { return {bytes_.data(), size_}; }

private:
    void text(std::string_view text) {
        for (char c : text) bytes_[size_++] = static_cast<std::byte>(c);
    }
    void pad() {
        while (size_ % 4 != 0) bytes_[size_++] = std::byte{0};
    }

    std::array<std::byte, 2048> bytes_{};
    std::size_t size_ = 0;
};

ArchiveWriter sample() {
    ArchiveWriter archive;
    archive.add("docs", "", 0040755).add("index.html", "<p>hello").add("./docs/a.txt", "abc").add("empty", "");
    return archive.end();
}

std::string_view text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

CpioError::Kind failure(std::span<const std::byte> archive) {
    const auto files = RamFs::open(archive);
    return files ? Kind{} : files.error().kind;
}

} // namespace

LACUNA_TEST("ramfs.lookup", "finds files by path") {
    ArchiveWriter archive = sample();
    const auto files = RamFs::open(archive.bytes());
    REQUIRE(files.has_value());
    for (std::string_view path : {"index.html", "/index.html", "//./index.html"}) {
        const auto content = files->find(path);
        REQUIRE(content.has_value());
        CHECK(text(*content) == "<p>hello");
    }
    CHECK(text(*files->find("/docs/a.txt")) == "abc");
    CHECK(files->find("empty")->empty());
    CHECK(files->find("docs").error() == Error::Unsupported);
    for (std::string_view path : {"", "/", "missing", "docs/../index.html", "index.html/x", "TRAILER!!!"}) {
        CHECK(files->find(path).error() == Error::NotFound);
    }
    unsigned entries = 0;
    files->for_each([&](const CpioEntry&) { ++entries; });
    CHECK(entries == 4);
}

LACUNA_TEST("ramfs.lookup", "of equal names the last one counts") {
    ArchiveWriter archive;
    archive.add("f", "old").add("f", "new").end();
    CHECK(text(*RamFs::open(archive.bytes())->find("f")) == "new");
}

LACUNA_TEST("ramfs.lookup", "no archive means no files") {
    const auto files = RamFs::open({});
    REQUIRE(files.has_value());
    CHECK_FALSE(files->find("index.html").has_value());
}

LACUNA_TEST("ramfs.cpio", "every way of being cut off is noticed") {
    ArchiveWriter archive = sample();
    const auto bytes = archive.bytes();
    // The padding behind the trailer is the only part that an archive can do without.
    const std::size_t needed = bytes.size() - 3; // 110 bytes of header and 11 of name, padded to 124
    for (std::size_t size = 1; size < needed; ++size) {
        const auto files = RamFs::open(bytes.first(size));
        CHECK_FALSE(files.has_value());
    }
    CHECK(failure(bytes.first(bytes.size() / 2)) == Kind::Truncated);
}

LACUNA_TEST("ramfs.cpio", "says what is wrong, and where") {
    ArchiveWriter bad_number = sample();
    bad_number.bytes()[20] = std::byte{'g'};
    CHECK(failure(bad_number.bytes()) == Kind::BadNumber);

    ArchiveWriter no_trailer;
    no_trailer.add("a", "b");
    CHECK(failure(no_trailer.bytes()) == Kind::NoTrailer);

    ArchiveWriter old_format;
    old_format.add("a", "b", 0100644, "070707");
    CHECK(failure(old_format.bytes()) == Kind::BadMagic);

    ArchiveWriter nul_inside;
    nul_inside.add(std::string_view("a\0b", 3), "x").end();
    CHECK(failure(nul_inside.bytes()) == Kind::BadName);

    ArchiveWriter second;
    second.add("a", "b").add("c", "d", 0100644, "junk!!").end();
    const auto files = RamFs::open(second.bytes());
    REQUIRE_FALSE(files.has_value());
    CHECK(files.error() == CpioError{Kind::BadMagic, 116});
}

LACUNA_TEST("ramfs.cpio", "checks the sums of the format that has them") {
    ArchiveWriter good, wrong;
    good.add("f", "ab", 0100644, "070702", 'a' + 'b').end();
    wrong.add("f", "ab", 0100644, "070702", 1).end();
    CHECK(RamFs::open(good.bytes()).has_value());
    CHECK(failure(wrong.bytes()) == Kind::BadChecksum);
}

LACUNA_TEST("ramfs.cpio", "random damage never leads outside the archive") {
    // The sanitizers watch the bounds; on the host this is a small fuzz test. The seed is fixed, so that
    // a failure can be repeated.
    std::uint32_t state = 0x1acc0de5;
    const auto random = [&state](std::size_t below) {
        state = state * 1664525 + 1013904223;
        return (state >> 8) % below;
    };
    for (unsigned round = 0; round < 2000; ++round) {
        ArchiveWriter archive = sample();
        const auto bytes = archive.bytes();
        for (unsigned flips = 1 + static_cast<unsigned>(random(4)); flips > 0; --flips) {
            constexpr std::string_view likely = "0f8F70\0/z";
            bytes[random(bytes.size())] = static_cast<std::byte>(likely[random(likely.size())]);
        }
        const auto files = RamFs::open(bytes.first(1 + random(bytes.size())));
        if (!files) continue;
        std::uint64_t total = 0;
        files->for_each([&](const CpioEntry& entry) {
            for (std::byte b : entry.content) total += std::to_integer<std::uint8_t>(b);
            for (char c : entry.name) total += static_cast<unsigned char>(c);
        });
        CHECK(total < 255 * bytes.size() * 2);
    }
}
