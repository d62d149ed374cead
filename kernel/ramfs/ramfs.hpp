// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/ramfs/cpio.hpp"

namespace kernel {

/// The files that came with the kernel: a read-only view of the initial RAM disk, which stays where the
/// boot loader put it, in shared memory. Looking a file up walks the archive: no index, no allocation, no
/// lock. Any context.
class RamFs {
public:
    /// No files.
    constexpr RamFs() = default;

    /// Checks the whole archive, once, so that nothing can go wrong later. Empty: no files.
    static std::expected<RamFs, CpioError> open(std::span<const std::byte> archive);

    /// The content of the regular file at `path`; slashes in front and "." parts do not matter, a ".."
    /// part finds nothing. Of two entries of one name the later counts. Errors: NotFound;
    /// Unsupported if it is a folder or anything else that is not a file.
    Result<std::span<const std::byte>> find(std::string_view path) const;

    /// Calls visit(const CpioEntry&) for each entry in archive order.
    template <class Visit>
    void for_each(Visit&& visit) const {
        if (archive_.empty()) return;
        CpioReader reader(archive_);
        // open() has found the archive to be sound.
        while (const auto entry = *reader.next()) visit(*entry);
    }

private:
    explicit constexpr RamFs(std::span<const std::byte> archive) : archive_(archive) {}

    std::span<const std::byte> archive_;
};

/// The booted system's files.
RamFs& ramfs();

} // namespace kernel
