// `beckon playbook`: LM-01 to LM-06 against any server of the contract.
#pragma once
#include <string>

namespace beckon::app {

struct PlaybookRequest {
  std::string base, handle, operator_token, creator_token;
  std::string receiver;  // empty: one of its own on loopback, which needs --dev over there
};

// Prints a table of step, expected, got. 0: all as expected; 1: a difference.
int playbook(const PlaybookRequest& request);

}  // namespace beckon::app
