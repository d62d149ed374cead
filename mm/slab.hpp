// SPDX-License-Identifier: MIT
#pragma once

/// The slab allocator: named caches of equal objects, shared or exclusive to a domain. Caches are made
/// through Memory::slabs(), a SlabRegistry.
#include "mm/slab/exclusive_cache.hpp"
#include "mm/slab/registry.hpp"
#include "mm/slab/shared_cache.hpp"
