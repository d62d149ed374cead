// SPDX-License-Identifier: MIT
// What holds for one life of a namespace must hold for thousands, and when nothing is left to live on.
#include <array>
#include <format>
#include <vector>

#include "kernel/ns/frame_balance.hpp"
#include "kernel/test/test.hpp"
#include "mm/memory.hpp"
#include "tests/isolation/two_namespaces.hpp"

using namespace isolation;
using kernel::Error;

namespace {

/// The whole machine's frames, but for about as many as a few namespaces need.
class Famine {
public:
    explicit Famine(mm::PageCount rest) {
        while (kernel::memory().free_frames() > rest) {
            auto block = kernel::memory().alloc_pages(mm::Order{4}, mm::Zero::No);
            if (!block) break;
            blocks_.push_back(std::move(*block));
        }
    }

private:
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

LACUNA_TEST("isolation.endurance", "ten thousand namespaces live in pairs with TCP traffic, and no frame is lost") {
    for (unsigned warm_up = 0; warm_up < 20; ++warm_up) {
        TwoNamespaces two;
        REQUIRE(two.ready());
    }
    const mm::PageCount before = kernel::frame_balance();
    for (unsigned life = 0; life < 5'000; ++life) {
        TwoNamespaces two;
        REQUIRE(two.ready());
    }
    CHECK(kernel::frame_balance() == before);
}

LACUNA_TEST("isolation.endurance", "out of frames: a namespace that cannot be made is an error and costs nothing") {
    std::size_t made = 0;
    {
        TwoNamespaces two;
        REQUIRE(two.ready());
        kernel::memory().reclaim();
        const Famine famine(mm::PageCount{300});
        CHECK(fill_with_namespaces(made) == Error::OutOfMemory);
        CHECK(made > 0);
        const std::size_t first = made;
        CHECK(fill_with_namespaces(made) == Error::OutOfMemory);
        CHECK(made >= first);
        CHECK(two.talk());
    }
    TwoNamespaces again;
    CHECK(again.ready());
    CHECK(fill_with_namespaces(made) == Error::Killed); // all of them fit again
}
