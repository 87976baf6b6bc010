// Rows of users and roles. Called under the directory's lock; they throw SqliteError.
#pragma once
#include "access/directory.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

bool user_exists(Connection& connection, const std::string& email);
std::optional<access::Role> role_in(Connection& connection, const Handle& handle, const std::string& user);
void put_role(Connection& connection, const access::Grant& grant);

// By the rules of granting.h.
Result<void> give_role(Connection& connection, const access::Grant& grant);

}  // namespace beckon::store
