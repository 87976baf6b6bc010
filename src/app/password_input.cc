#include "app/password_input.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "base/operator_fault.h"
#include "system/files.h"

namespace beckon::app {
namespace {

Fault refused(std::string message) { return operator_fault(std::move(message), FaultCode::kValidationError); }

std::string first_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// Disables the terminal's echo during its lifetime.
class NoEcho {
 public:
  NoEcho() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
};

std::string asked(const char* what) {
  std::fprintf(stderr, "%s: ", what);
  const NoEcho no_echo;
  std::string line = first_line(std::cin);
  std::fprintf(stderr, "\n");
  return line;
}

}  // namespace

Result<std::string> read_first_line(const std::string& file) {
  if (file == "-") return first_line(std::cin);
  std::ifstream in(file);
  if (!in) return unexpected(refused("The file " + file + " cannot be read: " + system_message(errno) + "."));
  return first_line(in);
}

Result<std::string> read_password(const std::string& file) {
  if (!file.empty()) return read_first_line(file);
  if (::isatty(STDIN_FILENO) == 0) return first_line(std::cin);
  std::string password = asked("Password");
  if (asked("Again") != password) return unexpected(refused("The passwords do not match; nothing was changed."));
  return password;
}

}  // namespace beckon::app
