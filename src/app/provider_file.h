// The file of --oidc-providers: the identity providers through which users sign in. docs/access.md has its form.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "app/settings.h"
#include "oidc/provider.h"

namespace beckon::app {

// The providers that the settings name; none without --oidc-providers. The error is every fault of the file, of the
// secrets that it names and of --public-url: complete sentences, each with file and line.
std::expected<std::vector<oidc::Provider>, std::vector<std::string>> read_providers(const Settings& settings);

}  // namespace beckon::app
