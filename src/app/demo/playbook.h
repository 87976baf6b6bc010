// `beckon playbook`: LM-01 to LM-06 against any server that implements the contract.
#pragma once
#include <string>

#include "app/demo/own_receiver.h"

namespace beckon::app {

struct PlaybookRequest {
  std::string base, handle, operator_token, creator_token;
  std::string receiver;  // empty: a temporary one on loopback, which requires the server to run with --dev
};

// Prints a table of step, expected, got. Returns 0 if all are as expected, else 1. With a `receiver`, that of the
// request is not used.
int playbook(const PlaybookRequest& request, OwnReceiver* receiver = nullptr);

}  // namespace beckon::app
