// Rows of users and roles. Called under the directory's lock; the functions throw PostgresError.
#pragma once
#include "access/granting.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

// Deletes the invitations by a user who can no longer invite.
void end_invitations_by(Connection& connection, const Handle& handle, const std::string& user);

bool add_user_row(Connection& connection, const std::string& email, Instant at);  // false if the user exists
bool user_exists(Connection& connection, const std::string& email);
std::optional<access::Role> role_in(Connection& connection, const Handle& handle, const std::string& user);
// `provider`: the one whose groups grant the role; empty if it was granted by hand.
void put_role(Connection& connection, const access::Grant& grant, const std::string& provider = {});

// The facts that the rules in granting.h need. Fault: kHandleNotFound.
Result<access::Standings> standings_of(Connection& connection, const Handle& handle, const std::string& user);

// Applies those rules. Fault: also kNotFound if there is no such user.
Result<void> give_role(Connection& connection, const access::Grant& grant, const access::Standings& now);
void take_role(Connection& connection, const Handle& handle, const std::string& user);

// For users who sign in through a provider (access/provider_user.h).
bool handle_exists(Connection& connection, const Handle& handle);
std::vector<access::HeldRole> held_roles(Connection& connection, const std::string& user);
void link_subject(Connection& connection, const access::ProviderUser& user);
// Returns false without a change if the handle has no room for another collaborator.
bool follow_groups(Connection& connection, const access::ProviderUser& user, const access::RoleChange& change);

}  // namespace beckon::store::postgres
