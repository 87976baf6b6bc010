// Where an import of signals goes: the data here, in place of a server and under its lock, or a running server.
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

// What signals were refused for; nothing of them was taken.
struct SignalsRefused {
  std::vector<FieldIssue> issues;  // by paths such as "signals[3].at"; none: it is a fault of the import
  std::string message;
};

void add(intake::Imported& total, const intake::Imported& more);
// The lines of a report that all imports of signals have.
void print(const intake::Imported& total);
// On standard error, how to import events that are too old, where there are some.
void tell_of_retention(const intake::Imported& total, const ImportOptions& options);

// What is wrong with the options that say where to; a sentence.
std::optional<std::string> fault_of(const ImportOptions& options);

class Destination {
 public:
  // The error is a sentence for whoever runs the import. Precondition: fault_of() has none.
  static Result<Destination, std::string> open(const Settings& settings, const ImportOptions& options);
  ~Destination();
  Destination(Destination&&) noexcept;

  // `body`: of POST …/chain/import.
  using Sent = Result<intake::Imported, SignalsRefused>;
  Sent send(std::string body);

 private:
  struct Here;  // the server's own parts, without its threads
  struct There;
  Destination(std::unique_ptr<Here> here, std::unique_ptr<There> there);
  std::unique_ptr<Here> here_;
  std::unique_ptr<There> there_;
};

}  // namespace beckon::app
