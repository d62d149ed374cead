// SPDX-License-Identifier: MIT
// When there is next to nothing left to live on.
#include <array>
#include <format>
#include <vector>

#include "kernel/ns/frame_balance.hpp"
#include "kernel/smp/cpus.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "tests/isolation/two_namespaces.hpp"

using namespace isolation;
using kernel::Error;

namespace {

/// The whole machine's frames but for `rest`, the last of them one by one. (Free frames outside the direct map count,
/// and cannot be taken.)
class Famine {
public:
    explicit Famine(mm::PageCount rest) {
        const mm::PageCount free = kernel::memory().free_frames();
        blocks_.reserve(free.raw() / mm::Order{4}.pages().raw() + singly);
        take(mm::Order{4}, rest + mm::PageCount{singly});
        take(mm::order_4k, rest);
    }
    /// One frame less of it.
    void ease() { blocks_.pop_back(); }

    static constexpr std::size_t singly = 256;

private:
    void take(mm::Order order, mm::PageCount rest) {
        while (kernel::memory().free_frames() > rest && blocks_.size() < blocks_.capacity()) {
            auto block = kernel::memory().alloc_pages(order, mm::Zero::No);
            if (!block) break;
            blocks_.push_back(std::move(*block));
        }
    }

    std::vector<mm::OwnedPages> blocks_;
};

constexpr std::size_t most_namespaces = 48;

/// Names a namespace by its number.
class Name {
public:
    explicit Name(std::size_t number)
        : length_(static_cast<std::size_t>(std::format_to_n(text_.data(), std::ssize(text_), "iso-{}", number).size)) {}
    operator std::string_view() const { return {text_.data(), length_}; }

private:
    std::array<char, 12> text_{};
    std::size_t length_;
};

/// Creates namespaces until that fails, and removes them. Why it failed; `made` says how many there were.
Error fill_with_namespaces(std::size_t& made) {
    Error why = Error::Killed;
    made = 0;
    while (made < most_namespaces) {
        const auto ns = kernel::namespaces().create(Name(made));
        if (!ns) {
            why = ns.error();
            break;
        }
        ++made;
    }
    for (std::size_t i = 0; i < made; ++i) static_cast<void>(kernel::namespaces().remove(Name(i)));
    return why;
}

} // namespace

LACUNA_TEST("isolation.famine", "a namespace that cannot be made is an error and costs nothing") {
    if (kernel::memory().policies().isolation == mm::Isolation::Pks) SKIP("the fifteen keys run out before the frames");
    std::size_t made = 0;
    {
        TwoNamespaces two;
        REQUIRE(two.ready());
        kernel::memory().reclaim();
        const Famine famine(mm::PageCount{300});
        CHECK(fill_with_namespaces(made) == Error::OutOfMemory);
        CHECK(made > 0);
        const std::size_t first = made;
        const mm::PageCount before = kernel::frame_balance();
        CHECK(fill_with_namespaces(made) == Error::OutOfMemory);
        // Where several CPUs keep some of the last frames each, it differs by a few from time to time.
        CHECK(made >= (kernel::smp::online_count() == 1 ? first : 1));
        CHECK(kernel::frame_balance() == before);
        CHECK(two.talk());
    }
    TwoNamespaces again;
    CHECK(again.ready());
    CHECK(fill_with_namespaces(made) == Error::Killed); // all of them fit again
}

LACUNA_TEST("isolation.famine", "a namespace is made or refused, whichever frame it is that is not there") {
    const mm::PageCount before = kernel::frame_balance();
    unsigned made = 0, refused = 0;
    {
        Famine famine(mm::PageCount{});
        for (std::size_t frames = 0; frames < Famine::singly && made < 3; ++frames) {
            const auto ns = kernel::namespaces().create("iso-hungry");
            if (ns) {
                ++made;
                CHECK(kernel::namespaces().remove("iso-hungry").has_value());
            } else {
                ++refused;
                CHECK(ns.error() == Error::OutOfMemory);
            }
            famine.ease();
        }
    }
    CHECK(refused > 0);
    CHECK(made == 3);
    CHECK(kernel::frame_balance() == before);
}
