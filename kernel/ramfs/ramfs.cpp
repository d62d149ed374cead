// SPDX-License-Identifier: MIT
#include "kernel/ramfs/ramfs.hpp"

#include <optional>

namespace kernel {
namespace {

/// The parts of a path, without empty and "." ones.
class PathParts {
public:
    explicit PathParts(std::string_view path) : rest_(path) {}

    std::optional<std::string_view> next() {
        while (!rest_.empty()) {
            const std::size_t slash = rest_.find('/');
            const std::string_view part = rest_.substr(0, slash);
            rest_.remove_prefix(slash == std::string_view::npos ? rest_.size() : slash + 1);
            if (!part.empty() && part != ".") return part;
        }
        return std::nullopt;
    }

private:
    std::string_view rest_;
};

bool same_path(std::string_view a, std::string_view b) {
    PathParts left(a), right(b);
    while (true) {
        const auto x = left.next(), y = right.next();
        if (x != y || x == "..") return false;
        if (!x) return true;
    }
}

} // namespace

std::expected<RamFs, CpioError> RamFs::open(std::span<const std::byte> archive) {
    if (archive.empty()) return RamFs{};
    CpioReader reader(archive);
    while (true) {
        const auto entry = reader.next();
        if (!entry) return std::unexpected(entry.error());
        if (!*entry) return RamFs(archive);
    }
}

Result<std::span<const std::byte>> RamFs::find(std::string_view path) const {
    std::optional<CpioEntry> found;
    for_each([&](const CpioEntry& entry) {
        if (same_path(entry.name, path)) found = entry;
    });
    if (!found) return fail(Error::NotFound);
    if (!found->is_file()) return fail(Error::Unsupported);
    return found->content;
}

RamFs& ramfs() {
    static constinit RamFs files;
    return files;
}

} // namespace kernel
