// `beckon playbook`: LM-01 to LM-06 against any server that implements the contract.
#pragma once
#include <string>

#include "app/demo/own_receiver.h"

namespace beckon::app {

struct PlaybookRequest {
  std::string base, handle, operator_token, creator_token;
  std::string receiver;  // empty: a temporary one on loopback, which requires a server with --dev
};

// Prints a table of step, expected, got. Returns 0 if all are as expected, otherwise 1. If `receiver` is given, the one
// in the request is ignored.
int playbook(const PlaybookRequest& request, OwnReceiver* receiver = nullptr);

}  // namespace beckon::app
