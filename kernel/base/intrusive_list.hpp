// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>

#include "kernel/base/assert.hpp"

namespace kernel {

/// Embedded in an object that wants to stand in an IntrusiveList. An object needs one hook for each
/// list it may be in at the same time. Never embed one in exclusive memory: lists are shared state.
template <class T>
struct ListHook {
    T* next = nullptr;
    T* previous = nullptr;
    const void* list = nullptr; ///< the list that holds the object, or null

    constexpr bool is_linked() const { return list != nullptr; }
};

/// A doubly linked list of objects that carry their own links: no allocation, removal in O(1).
/// `Hook` is the member that holds the links: IntrusiveList<Task, &Task::dead_hook>. Not locked.
template <class T, ListHook<T> T::* Hook>
class IntrusiveList {
public:
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = T;
        using pointer = T*;
        using reference = T&;

        constexpr Iterator() = default;
        explicit constexpr Iterator(T* item) : item_(item) {}
        constexpr T& operator*() const { return *item_; }
        constexpr T* operator->() const { return item_; }
        constexpr Iterator& operator++() {
            item_ = (item_->*Hook).next;
            return *this;
        }
        constexpr Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        constexpr bool operator==(const Iterator&) const = default;

    private:
        T* item_ = nullptr;
    };

    constexpr IntrusiveList() = default;
    IntrusiveList(const IntrusiveList&) = delete;
    IntrusiveList& operator=(const IntrusiveList&) = delete;

    constexpr bool empty() const { return first_ == nullptr; }
    constexpr std::size_t size() const { return size_; }
    /// The ends; null if the list is empty.
    constexpr T* front() const { return first_; }
    constexpr T* back() const { return last_; }
    constexpr Iterator begin() const { return Iterator(first_); }
    constexpr Iterator end() const { return Iterator(); }

    constexpr bool contains(const T& item) const { return (item.*Hook).list == this; }

    constexpr void push_front(T& item) { insert_between(nullptr, item, first_); }
    constexpr void push_back(T& item) { insert_between(last_, item, nullptr); }
    /// Precondition: `position` is in this list.
    constexpr void insert_before(T& position, T& item) {
        ensure(contains(position), "the position to insert at is in another list");
        insert_between((position.*Hook).previous, item, &position);
    }

    /// Precondition: `item` is in this list.
    constexpr void remove(T& item) {
        ListHook<T>& hook = item.*Hook;
        ensure(hook.list == this, "removed from a list it is not in");
        (hook.previous != nullptr ? (hook.previous->*Hook).next : first_) = hook.next;
        (hook.next != nullptr ? (hook.next->*Hook).previous : last_) = hook.previous;
        hook = {};
        --size_;
    }

    /// Takes the first object off the list; null if it is empty.
    constexpr T* pop_front() {
        T* item = first_;
        if (item != nullptr) remove(*item);
        return item;
    }
    constexpr T* pop_back() {
        T* item = last_;
        if (item != nullptr) remove(*item);
        return item;
    }

private:
    constexpr void insert_between(T* previous, T& item, T* next) {
        ListHook<T>& hook = item.*Hook;
        ensure(!hook.is_linked(), "already in a list");
        hook = {.next = next, .previous = previous, .list = this};
        (previous != nullptr ? (previous->*Hook).next : first_) = &item;
        (next != nullptr ? (next->*Hook).previous : last_) = &item;
        ++size_;
    }

    T* first_ = nullptr;
    T* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace kernel
