#include "store/conformance/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "store/postgres/connection.h"
#include "store/postgres/postgres_store.h"

namespace beckon::store {
namespace {

// The folder of its programs: that of BECKON_POSTGRES_PROGRAMS, or the newest that Debian's packages have installed.
std::string programs() {
  std::error_code error;
  if (const char* named = std::getenv("BECKON_POSTGRES_PROGRAMS")) return named;  // NOLINT(concurrency-mt-unsafe)
  std::vector<std::string> found;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", error))
    if (std::filesystem::exists(version.path() / "bin/postgres", error)) found.push_back(version.path() / "bin");
  return found.empty() ? std::string{} : std::ranges::max(found);
}

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

bool PostgresServer::is_installed() { return !programs().empty(); }

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  std::string name = (std::filesystem::temp_directory_path() / "beckon-postgres-XXXXXX").string();
  if (!::mkdtemp(name.data())) give_up("mkdtemp");
  folder_ = name;
  if (::geteuid() == 0) {
    const passwd* nobody = ::getpwnam("nobody");  // NOLINT(concurrency-mt-unsafe)
    if (!nobody || ::chown(folder_.c_str(), nobody->pw_uid, nobody->pw_gid) != 0) give_up("chown");
  }
  int status = 0;
  const pid_t made = run("initdb", "--no-sync --auth=trust --username=beckon --encoding=UTF8 --locale=C -D data");
  if (::waitpid(made, &status, 0) != made || status != 0) give_up("initdb");
  start();
  execute("CREATE DATABASE beckon_tables");
  if (!PostgresStore::open(where("beckon_tables"), {})) give_up("the tables");
}

PostgresServer::~PostgresServer() {
  stop_at_once();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// In the folder, its output in a file there. The child ends with this program, even if that crashes.
pid_t PostgresServer::run(const char* program, const std::string& arguments) const {
  const std::string command = "exec '" + programs() + "/" + program + "' " + arguments;
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (::geteuid() == 0) {
    const passwd* nobody = ::getpwnam("nobody");  // NOLINT(concurrency-mt-unsafe)
    if (!nobody || ::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0)
      ::_exit(1);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int out = ::open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (::chdir(folder_.c_str()) != 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(1);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  ::_exit(1);
}

void PostgresServer::start() {
  pid_ = run("postgres", "-D data -k '" + folder_ + "' -c listen_addresses= -c fsync=off -c max_connections=100");
  while (true) try {
      execute("SELECT 1");
      return;
    } catch (const postgres::PostgresError&) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) give_up("postgres");
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

void PostgresServer::stop_at_once() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGQUIT);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
}

std::string PostgresServer::where(const std::string& database) const {
  return "host=" + folder_ + " user=beckon dbname=" + database;
}

void PostgresServer::execute(const std::string& sql) const {
  postgres::Connection connection({.where = where("postgres")});
  connection.execute(sql.c_str());
}

std::string PostgresServer::new_database() {
  const std::string name = "b" + std::to_string(++databases_);
  execute("CREATE DATABASE " + name + " TEMPLATE beckon_tables");
  return where(name);
}

// The rows of a new database are those of its template.
std::string PostgresServer::cleared_database() {
  if (cleared_.empty()) return cleared_ = new_database();
  postgres::Connection connection({.where = cleared_});
  connection.execute(
      "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
      "AND tablename NOT IN ('meta', 'shard', 'journal_end') LOOP EXECUTE 'DELETE FROM ' || name; END LOOP; END $$; "
      "DELETE FROM meta WHERE name NOT IN ('schema', 'oldest_reader', 'audit_events', 'control_version'); "
      "UPDATE meta SET value = 0 WHERE name NOT IN ('schema', 'oldest_reader'); UPDATE shard SET owner = '', epoch = "
      "0; "
      "UPDATE journal_end SET checkpoint = 0, position = 0");
  return cleared_;
}

std::string PostgresServer::empty_database() {
  const std::string name = "b" + std::to_string(++databases_);
  execute("CREATE DATABASE " + name);
  return where(name);
}

}  // namespace beckon::store
