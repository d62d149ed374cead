// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>

#include "mm/testing/host_system.hpp"
#include "mm/testing/test_remote_tlb.hpp"

namespace mm::testing {

/// Brings CPUs 1 to `cpus` - 1 of a host system up, so that as many threads can use it at once, each after
/// arch::host::set_cpu() with a number of its own. They start on the kernel's tables. Lives as long as they run.
class HostCpus final : RemoteTlb {
public:
    HostCpus(HostSystem& system, unsigned cpus);
    ~HostCpus() = default;
    HostCpus(const HostCpus&) = delete;
    HostCpus& operator=(const HostCpus&) = delete;

private:
    void flush(CpuMask cpus, const FlushRequest& request) override;

    std::mutex lock_;
    TestRemoteTlb models_;
};

} // namespace mm::testing
