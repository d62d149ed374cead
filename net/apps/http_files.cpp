// SPDX-License-Identifier: MIT
// Where lwIP's httpd gets its files from (lwip/apps/fs.h). Files of the RAM file system are sent from where
// they lie, in shared memory: lwIP's segments refer to them, and nothing is copied until a packet is
// made. Pages are written into the namespace's heap and freed with the connection.
#include "kernel/ramfs/ramfs.hpp"
#include "net/apps/page.hpp"
#include "net/apps/status_page.hpp"
#include "net/apps/url.hpp"

#include <lwip/apps/fs.h>
#include <lwip/opt.h>

#include <algorithm>
#include <array>
#include <limits>

namespace net {

namespace {

/// What httpd looks for when it has to say no; the file name tells it the status.
struct ErrorPage {
    std::string_view name;
    std::string_view text;
};
constexpr std::array error_pages{
    ErrorPage{"/400.html", "<!doctype html><title>400</title><h1>400</h1><p>That is no request.\n"},
    ErrorPage{"/404.html", "<!doctype html><title>404</title><h1>404</h1><p>There is no such file.\n"},
    ErrorPage{"/501.html", "<!doctype html><title>501</title><h1>501</h1><p>Only GET is served.\n"},
};

void give(fs_file& file, std::string_view content, u8_t flags) {
    file.data = content.data() == nullptr ? "" : content.data();
    file.len = static_cast<int>(content.size());
    file.index = file.len;
    file.pextension = nullptr;
    file.flags = flags;
}

/// Puts the page behind a head of its own: httpd would go by the file name's ending.
bool give_page(fs_file& file, const Page& body) {
    Page document;
    document.add("HTTP/1.0 200 OK\r\nServer: Lacuna\r\nContent-Type: text/html; charset=utf-8\r\n"
                 "Content-Length: {}\r\nCache-Control: no-store\r\n\r\n",
                 body.text().size());
    document.put(body.text());
    if (!body.complete() || !document.complete()) return false;
    give(file, document.text(), FS_FILE_FLAGS_HEADER_INCLUDED);
    file.pextension = document.release();
    return true;
}

std::string_view without_leading_dots(std::string_view name) {
    while (name.starts_with('/') || name.starts_with("./")) name.remove_prefix(1);
    return name == "." ? std::string_view() : name;
}

/// Lists `folder` ("" or "a/b/"). False if the archive has no such folder.
bool write_index(Page& page, std::string_view folder) {
    bool exists = folder.empty();
    page.put("<!doctype html><title>/");
    page.put_escaped(folder);
    page.put("</title><h1>/");
    page.put_escaped(folder);
    page.put("</h1><ul>");
    kernel::ramfs().for_each([&](const kernel::CpioEntry& entry) {
        std::string_view name = without_leading_dots(entry.name);
        if (!name.starts_with(folder)) return;
        name.remove_prefix(folder.size());
        exists = true;
        if (name.empty() || name.contains('/')) return;
        const std::string_view slash = entry.is_folder() ? "/" : "";
        page.put("<li><a href=\"/");
        page.put_escaped(folder);
        page.put_escaped(name);
        page.add("{}\">", slash);
        page.put_escaped(name);
        page.add("{}</a> {}", slash, entry.content.size());
    });
    page.put("</ul><p><a href=\"/lacuna\">This namespace</a>");
    return exists;
}

bool open(fs_file& file, std::string_view name) {
    if (name == "/lacuna") {
        Page page;
        write_status(page);
        return give_page(file, page);
    }
    std::array<char, LWIP_HTTPD_MAX_REQUEST_URI_LEN + 1> decoded{};
    const auto path = percent_decode(name, decoded);
    if (!path) return false;
    if (const auto content = kernel::ramfs().find(*path);
        content && content->size() <= std::numeric_limits<int>::max()) {
        give(file, {reinterpret_cast<const char*>(content->data()), content->size()}, FS_FILE_FLAGS_HEADER_PERSISTENT);
        return true;
    }
    // httpd asks for a folder's index.html before it gives up.
    constexpr std::string_view index = "/index.html";
    if (path->ends_with(index) || *path == "/") {
        const std::string_view folder = *path == "/" ? "/" : path->substr(0, path->size() - index.size() + 1);
        Page page;
        return write_index(page, without_leading_dots(folder)) && give_page(file, page);
    }
    const auto error = std::ranges::find(error_pages, name, &ErrorPage::name);
    if (error == error_pages.end()) return false;
    give(file, error->text, FS_FILE_FLAGS_HEADER_PERSISTENT);
    return true;
}

} // namespace

} // namespace net

extern "C" {

int fs_open_custom(struct fs_file* file, const char* name) { return net::open(*file, name) ? 1 : 0; }

void fs_close_custom(struct fs_file* file) {
    if (file->pextension != nullptr) lacuna_lwip_free(file->pextension);
    file->pextension = nullptr;
}

} // extern "C"
