// SPDX-License-Identifier: MIT
// 128-bit division, which std::format's integer code refers to. compiler-rt's version wants a stack
// protector's canary, so the kernel has its own: schoolbook, one bit at a time.
namespace {

using Wide = unsigned __int128;

struct Division {
    Wide quotient;
    Wide remainder;
};

Division divide(Wide dividend, Wide divisor) {
    Division result{0, 0};
    for (int bit = 127; bit >= 0; --bit) {
        result.remainder = (result.remainder << 1) | ((dividend >> bit) & 1);
        if (result.remainder >= divisor) {
            result.remainder -= divisor;
            result.quotient |= Wide{1} << bit;
        }
    }
    return result;
}

} // namespace

extern "C" {

Wide __udivti3(Wide dividend, Wide divisor) { return divide(dividend, divisor).quotient; }
Wide __umodti3(Wide dividend, Wide divisor) { return divide(dividend, divisor).remainder; }

} // extern "C"
