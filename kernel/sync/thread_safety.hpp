// SPDX-License-Identifier: MIT
// Clang thread-safety attributes (-Wthread-safety). These are the only lock macros in the tree; on
// another compiler they vanish. https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#if defined(__clang__)
#define LACUNA_TSA(attribute) __attribute__((attribute))
#else
#define LACUNA_TSA(attribute)
#endif

/// A type that can be held, such as a lock.
#define LACUNA_CAPABILITY(name) LACUNA_TSA(capability(name))
/// A RAII type that holds a capability from its constructor to its destructor.
#define LACUNA_SCOPED_CAPABILITY LACUNA_TSA(scoped_lockable)
/// A member that may only be touched while the lock is held.
#define LACUNA_GUARDED_BY(lock) LACUNA_TSA(guarded_by(lock))
/// A function that takes the lock / gives it back / expects it to be held.
#define LACUNA_ACQUIRE(...) LACUNA_TSA(acquire_capability(__VA_ARGS__))
#define LACUNA_TRY_ACQUIRE(...) LACUNA_TSA(try_acquire_capability(__VA_ARGS__))
#define LACUNA_RELEASE(...) LACUNA_TSA(release_capability(__VA_ARGS__))
#define LACUNA_REQUIRES(...) LACUNA_TSA(requires_capability(__VA_ARGS__))
/// For the few places whose locking the analysis cannot follow; the reason stands beside each use.
#define LACUNA_NO_TSA LACUNA_TSA(no_thread_safety_analysis)
