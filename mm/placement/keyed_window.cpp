// SPDX-License-Identifier: MIT
#include "mm/placement/keyed_window.hpp"

#include "kernel/base/mutant.hpp"

namespace mm {

kernel::Result<> KeyedWindow::open() {
    key_ = TRY(parts_.keyed->take_key(owner_));
    return {};
}

KeyedWindow::~KeyedWindow() {
    if (key_ == 0) return;
    {
        // Whatever the flush policy still owes: no TLB may know the key when it gets a new owner.
        TlbBatch last = batch();
        last.add_everything();
    }
    parts_.keyed->give_key(key_);
}

void KeyedWindow::map(std::span<const PageRun> runs) {
    const bool wrong = kernel::mutant(kernel::Mutant::WrongKey);
    parts_.keyed->tree().map(runs, wrong ? arch::read_write : leaf_flags());
}

} // namespace mm
