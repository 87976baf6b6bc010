// Rows of users and roles. Called under the directory's lock; they throw SqliteError.
#pragma once
#include "access/granting.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Of who may invite no more.
void end_invitations_by(Connection& connection, const Handle& handle, const std::string& user);

bool add_user_row(Connection& connection, const std::string& email, Instant at);  // false: there is one
bool user_exists(Connection& connection, const std::string& email);
std::optional<access::Role> role_in(Connection& connection, const Handle& handle, const std::string& user);
// `provider`: whose groups give it; empty: it is given by hand.
void put_role(Connection& connection, const access::Grant& grant, const std::string& provider = {});

// What the rules of granting.h judge by. kHandleNotFound.
Result<access::Standings> standings_of(Connection& connection, const Handle& handle, const std::string& user);

// By those rules. kNotFound: there is no such user.
Result<void> give_role(Connection& connection, const access::Grant& grant, const access::Standings& now);
void take_role(Connection& connection, const Handle& handle, const std::string& user);

// Of users who sign in through a provider (access/provider_user.h).
bool handle_exists(Connection& connection, const Handle& handle);
std::vector<access::HeldRole> held_roles(Connection& connection, const std::string& user);
void link_subject(Connection& connection, const access::ProviderUser& user);
// False, and nothing happens, if the handle has no room for one more collaborator.
bool follow_groups(Connection& connection, const access::ProviderUser& user, const access::RoleChange& change);

}  // namespace beckon::store
