// SPDX-License-Identifier: MIT
#include "kernel/base/intrusive_list.hpp"

#include "kernel/test/test.hpp"

namespace {

struct Item {
    int value = 0;
    kernel::ListHook<Item> hook{};
};
using List = kernel::IntrusiveList<Item, &Item::hook>;

int digits(const List& list) {
    int number = 0;
    for (const Item& item : list) number = number * 10 + item.value;
    return number;
}

} // namespace

LACUNA_TEST("base.list", "keeps order at both ends") {
    Item one{1}, two{2}, three{3}, four{4};
    List list;
    CHECK(list.empty());
    list.push_back(two);
    list.push_back(four);
    list.push_front(one);
    list.insert_before(four, three);
    CHECK(digits(list) == 1234);
    CHECK(list.size() == 4);
    CHECK(list.front() == &one);
    CHECK(list.back() == &four);
}

LACUNA_TEST("base.list", "removes from any place and forgets") {
    Item one{1}, two{2}, three{3};
    List list;
    for (Item* item : {&one, &two, &three}) list.push_back(*item);
    list.remove(two);
    CHECK(digits(list) == 13);
    CHECK_FALSE(two.hook.is_linked());
    CHECK_FALSE(list.contains(two));
    list.push_front(two);
    CHECK(digits(list) == 213);
    CHECK(list.pop_back() == &three);
    CHECK(list.pop_front() == &two);
    CHECK(list.pop_front() == &one);
    CHECK(list.pop_front() == nullptr);
    CHECK(list.empty());
}
