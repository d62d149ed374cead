// SPDX-License-Identifier: MIT
#include "net/apps/http_response.hpp"

#include "kernel/test/test.hpp"

using kernel::Error;

LACUNA_TEST("net.http", "reads status and length") {
    constexpr std::string_view text = "HTTP/1.0 200 OK\r\nServer: x\r\ncontent-LENGTH:  16777216 \r\n\r\nbody";
    const auto response = net::parse_response(text);
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(response->content_length == 16777216u);
    CHECK(text.substr(response->head_bytes) == "body");
}

LACUNA_TEST("net.http", "takes a response without fields") {
    const auto response = net::parse_response("HTTP/1.1 404\r\n\r\n");
    REQUIRE(response.has_value());
    CHECK(response->status == 404);
    CHECK_FALSE(response->content_length.has_value());
}

LACUNA_TEST("net.http", "waits for the whole head at every split") {
    constexpr std::string_view text = "HTTP/1.0 301 Moved\r\nLocation: /\r\n\r\n";
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto partial = net::parse_response(text.substr(0, length));
        REQUIRE(!partial.has_value());
        REQUIRE(partial.error() == Error::WouldBlock);
    }
    CHECK(net::parse_response(text).has_value());
}

LACUNA_TEST("net.http", "refuses what is no response") {
    for (std::string_view text :
         {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 2x0 OK\r\n\r\n", "HTTP/1.0\r\n\r\n", "HTTP/1.0 099 \r\n\r\n",
          "HTTP/1.0 200 OK\r\nno colon\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Length: 1x\r\n\r\n"}) {
        const auto response = net::parse_response(text);
        REQUIRE(!response.has_value());
        CHECK(response.error() == Error::InvalidArgument);
    }
}
