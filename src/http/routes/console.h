// The console: the files of its bundle, embedded by the build.
#pragma once
#include <string_view>
#include <vector>

#include "http/router.h"

namespace beckon::http {

// One file of console/dist. Compressed with gzip if its name ends in ".gz".
struct ConsoleFile {
  std::string_view name;  // "index.html", "assets/main-2f9c.js.gz"
  std::string_view etag;  // quoted
  std::string_view bytes;
};

// Empty in a build without the bundle. Static.
const std::vector<ConsoleFile>& console_files();

// Null if there is no file with this name.
const ConsoleFile* find(const std::vector<ConsoleFile>& files, std::string_view name);

// By the end of the name.
std::string_view content_type_of(std::string_view name);

// 200 with the file, or 304 if the client has it; with the page's security policy and this `Cache-Control`.
Response answer(const Request& request, const ConsoleFile& file, std::string_view cache);

// A redirect from / to the console; its page for every address below `kConsole`; and its assets, whose names change
// with their content.
inline constexpr std::string_view kConsole = "/apps/lifecycle-messaging";
void add_console(const std::vector<ConsoleFile>& files, std::vector<Route>& routes);

}  // namespace beckon::http
