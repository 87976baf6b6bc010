// The subcommands that open the store themselves, also beside a running server.
#pragma once
#include <string>

#include "app/settings.h"

namespace beckon::app {

// Each prints its answer, or a sentence on standard error, and returns the exit status.
int handle_add(const Settings& settings, const std::string& handle, const std::string& owner);
int user_add(const Settings& settings, const std::string& email);
// The password comes from `file`, or from standard input: asked for twice where that is a terminal.
int user_password(const Settings& settings, const std::string& email, const std::string& file);
int grant(const Settings& settings, const std::string& handle, const std::string& user, const std::string& role);

struct TokenRequest {
  std::string handle;
  std::string role;
  std::string user;  // a token that says only who
  bool platform_admin = false;
  std::string ttl = "1h";
};
int token(const Settings& settings, const TokenRequest& request);

int list_routes();  // METHOD PATH ACCESS, a line each

}  // namespace beckon::app
