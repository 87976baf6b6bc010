// Where imported signals go: into the local data, in place of a server and under its lock, or to a running server.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/fault.h"
#include "base/result.h"
#include "intake/import.h"

namespace beckon::app {

struct ImportOptions;

// Why signals were refused; none of them were stored.
struct SignalsRefused {
  std::vector<FieldIssue> issues;  // with paths such as "signals[3].at"; empty if the import as a whole failed
  std::string message;
};

void add(intake::Imported& total, const intake::Imported& more);
// Prints the lines of a report that all imports of signals have.
void print(const intake::Imported& total);
// Prints on standard error how to import events that are too old, if there are any.
void tell_of_retention(const intake::Imported& total, const ImportOptions& options);

// The error in the options that say where signals go; a sentence.
std::optional<std::string> fault_of(const ImportOptions& options);

class Destination {
 public:
  // The error is a sentence for the user. Precondition: fault_of() returns none.
  static Result<Destination, std::string> open(const Settings& settings, const ImportOptions& options);
  ~Destination();
  Destination(Destination&&) noexcept;

  // `body`: of POST …/chain/import.
  using Sent = Result<intake::Imported, SignalsRefused>;
  Sent send(std::string body);

 private:
  struct Here;  // the server's parts, without its threads
  struct There;
  Destination(std::unique_ptr<Here> here, std::unique_ptr<There> there);
  std::unique_ptr<Here> here_;
  std::unique_ptr<There> there_;
};

}  // namespace beckon::app
