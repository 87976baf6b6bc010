// A PostgreSQL server for one test program, in a temporary folder, reached by a socket in that folder alone. Started
// when first asked for, and stopped with the program. Where the program runs as root, the server runs as another user.
#pragma once
#include <sys/types.h>

#include <string>

namespace beckon::store {

class PostgresServer {
 public:
  static bool is_installed();
  static PostgresServer& shared();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A new database with the tables of the newest schema, as a connection string.
  std::string new_database();
  std::string empty_database();
  // The same one at each call, with the tables as new: for tests that need no database of their own.
  std::string cleared_database();
  // Like a crash: the server's processes end at once, without a checkpoint.
  void stop_at_once();
  void start();  // returns once it accepts connections

 private:
  PostgresServer();
  std::string where(const std::string& database) const;
  void execute(const std::string& sql) const;
  pid_t run(const char* program, const std::string& arguments) const;

  std::string folder_;
  pid_t pid_ = 0;
  int databases_ = 0;
  std::string cleared_;
};

}  // namespace beckon::store
