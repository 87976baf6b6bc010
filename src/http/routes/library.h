// The browser library: the files of its bundle, embedded by the build, and an example page.
#pragma once
#include "http/routes/console.h"

namespace beckon::http {

// From sdk/dist/served: "beckon.js.gz", "beckon-2f9c0a1b2c3d.js.gz" and "manifest.json.gz"; from the example:
// "example/index.html.gz". Empty in a build without the bundle. Static.
const std::vector<ConsoleFile>& library_files();

// Pages of any origin may load it. A file whose name ends in the hash of its content never changes.
inline constexpr std::string_view kLibrary = "/sdk/v1";
void add_library(const std::vector<ConsoleFile>& files, std::vector<Route>& routes);

// With --dev: an example shop that uses the library.
inline constexpr std::string_view kExample = "/apps/example-shop";
void add_example(const std::vector<ConsoleFile>& files, std::vector<Route>& routes);

}  // namespace beckon::http
