// The subcommands that open the store themselves, even while a server is running.
#pragma once
#include <string>

#include "app/settings.h"

namespace beckon::app {

// Each prints its result, or an error message on standard error, and returns the exit status.
int handle_add(const Settings& settings, const std::string& handle, const std::string& owner);
int user_add(const Settings& settings, const std::string& email);
// Reads the password from `file`, or from standard input; a terminal is prompted twice.
int user_password(const Settings& settings, const std::string& email, const std::string& file);
int user_list(const Settings& settings);  // one a line: e-mail, "disabled" if so, roles
int user_disable(const Settings& settings, const std::string& email, bool disabled);
int user_delete(const Settings& settings, const std::string& email);
int user_reset(const Settings& settings, const std::string& email);  // prints a one-time link that sets a password
int grant(const Settings& settings, const std::string& handle, const std::string& user, const std::string& role);
int revoke(const Settings& settings, const std::string& handle, const std::string& user);

// The nodes of a database, one a line: name, address, what it owns, and what is left of its lease, in seconds.
int node_list(const Settings& settings);
// Wants a lane of shards at a node, or, with "any", at whichever.
int node_move(const Settings& settings, int lane, const std::string& to);
// Whether a node is to own nothing.
int node_drain(const Settings& settings, const std::string& node, bool drained);

// Lists the keys that sign the server's tokens, newest first, and the fingerprint of the master key.
int keys_list(const Settings& settings);
// Adds a key that signs from an hour on or, with `at_once`, from now on, which ends all tokens.
int keys_rotate_signing(const Settings& settings, bool at_once);
// Puts a new master key before the current one in its file, and waits until the running server seals with it; with
// `finish`, removes the old one. docs/operations.md, Keys.
int keys_rotate_master(const Settings& settings, bool finish);

struct TokenRequest {
  std::string handle;
  std::string role;
  std::string user;  // for a token that only identifies the user
  bool platform_admin = false;
  std::string ttl = "1h";
};
int token(const Settings& settings, const TokenRequest& request);

int list_routes();  // METHOD PATH ACCESS, one per line

}  // namespace beckon::app
