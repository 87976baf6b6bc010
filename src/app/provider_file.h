// The file of --oidc-providers: the identity providers through which users sign in. Format: docs/access.md.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "app/settings.h"
#include "oidc/provider.h"

namespace beckon::app {

// The providers in the file; none without --oidc-providers. The errors are all errors in the file, in the secrets that
// it names and in --public-url: complete sentences, each with file and line.
std::expected<std::vector<oidc::Provider>, std::vector<std::string>> read_providers(const Settings& settings);

}  // namespace beckon::app
