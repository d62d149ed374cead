// SPDX-License-Identifier: MIT
#include "net/apps/url.hpp"

#include "kernel/test/test.hpp"

#include <array>

using kernel::Error;

namespace {

bool is(std::string_view text, std::string_view host, unsigned port, std::string_view path) {
    const auto url = net::parse_url(text);
    return url && url->host == host && url->port == port && url->path == path;
}

bool fails(std::string_view text, Error error) {
    const auto url = net::parse_url(text);
    return !url && url.error() == error;
}

} // namespace

LACUNA_TEST("net.url", "takes URLs apart") {
    CHECK(is("http://10.0.2.2:8000/a/b.txt", "10.0.2.2", 8000, "/a/b.txt"));
    CHECK(is("http://example.org", "example.org", 80, "/"));
    CHECK(is("example.org/x?y=1#part", "example.org", 80, "/x?y=1"));
    CHECK(is("http://[fd00::1]:81/", "fd00::1", 81, "/"));
    CHECK(is("http://[fd00::1]", "fd00::1", 80, "/"));
    CHECK(is("http://a:/", "a", 80, "/"));
}

LACUNA_TEST("net.url", "refuses what is no URL of ours") {
    CHECK(fails("https://a/", Error::Unsupported));
    CHECK(fails("", Error::InvalidArgument));
    CHECK(fails("http:///x", Error::InvalidArgument));
    CHECK(fails("http://a:0/", Error::InvalidArgument));
    CHECK(fails("http://a:65536/", Error::InvalidArgument));
    CHECK(fails("http://a:8x/", Error::InvalidArgument));
    CHECK(fails("http://user@a/", Error::InvalidArgument));
    CHECK(fails("http://[fd00::1/", Error::InvalidArgument));
    CHECK(fails("http://[fd00::1]8/", Error::InvalidArgument));
    CHECK(fails("http://a?x", Error::InvalidArgument));
    // A line break would start a header of the attacker's choice.
    CHECK(fails("http://a/x\r\nHost: b", Error::InvalidArgument));
}

LACUNA_TEST("net.url", "undoes percent escapes") {
    std::array<char, 8> out{};
    const auto decoded = net::percent_decode("a%20b%2Fc", out);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == "a b/c");
    CHECK_FALSE(net::percent_decode("%", out).has_value());
    CHECK_FALSE(net::percent_decode("%4", out).has_value());
    CHECK_FALSE(net::percent_decode("%zz", out).has_value());
    CHECK_FALSE(net::percent_decode("%00", out).has_value());
    CHECK_FALSE(net::percent_decode("123456789", out).has_value());
}
