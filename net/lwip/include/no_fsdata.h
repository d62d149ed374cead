/* SPDX-License-Identifier: MIT */
/* Stands in for the web pages that lwIP's httpd would compile in: every file comes from fs_open_custom
 * (net/apps/http_files.cpp). */
#define FS_ROOT ((const struct fsdata_file *)0)
