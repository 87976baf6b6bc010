// Rows of users and roles. Called under the directory's lock; they throw SqliteError.
#pragma once
#include "access/granting.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

bool add_user_row(Connection& connection, const std::string& email, Instant at);  // false: there is one
bool user_exists(Connection& connection, const std::string& email);
std::optional<access::Role> role_in(Connection& connection, const Handle& handle, const std::string& user);
void put_role(Connection& connection, const access::Grant& grant);

// What the rules of granting.h judge by. kHandleNotFound.
Result<access::Standings> standings_of(Connection& connection, const Handle& handle, const std::string& user);

// By those rules. kNotFound: there is no such user.
Result<void> give_role(Connection& connection, const access::Grant& grant, const access::Standings& now);
void take_role(Connection& connection, const Handle& handle, const std::string& user);

}  // namespace beckon::store
