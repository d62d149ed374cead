// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/base/assert.hpp"

namespace kernel::test {

/// What the panic says that `action` ends in; nothing if it does not. Host only: the action runs in a process of its own, a
/// copy of this one, of which nothing stays. Preconditions: no other thread runs; there is no arch::host::Machine, whose
/// memory the two would share: the action makes its own.
template <class Action>
std::string panic_of(Action&& action) {
    std::array<int, 2> pipe_ends{};
    const bool piped = pipe(pipe_ends.data()) == 0;
    ensure(piped, "no pipe for a test");
    const pid_t child = fork();
    ensure(child >= 0, "no process for a test");
    if (child == 0) {
        // Nothing of the test framework's has a say from here on.
        std::signal(SIGABRT, SIG_DFL);
        dup2(pipe_ends[1], STDERR_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        action();
        _exit(0);
    }
    close(pipe_ends[1]);
    std::string said;
    std::array<char, 512> part;
    for (ssize_t count; (count = read(pipe_ends[0], part.data(), part.size())) != 0;) {
        if (count > 0) said.append(part.data(), static_cast<std::size_t>(count));
        if (count < 0 && errno != EINTR) break;
    }
    close(pipe_ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    constexpr std::string_view mark = "panic: ";
    const std::size_t begin = said.find(mark);
    if (!WIFSIGNALED(status) || begin == std::string::npos) return {};
    return said.substr(begin + mark.size(), said.find('\n', begin) - begin - mark.size());
}

} // namespace kernel::test
