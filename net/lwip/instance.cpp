// SPDX-License-Identifier: MIT
#include "net/lwip/instance.hpp"

namespace net {

LACUNA_PER_NAMESPACE Instance instance;

} // namespace net
