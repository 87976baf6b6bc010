// beckon: the command line. Contract section 9.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "app/backup/commands.h"
#include "app/commands.h"
#include "app/demo/demo.h"
#include "app/demo/dev.h"
#include "app/demo/playbook.h"
#include "app/doctor.h"
#include "app/history/import.h"
#include "app/history/import_people.h"
#include "app/listen_address.h"
#include "app/migrate.h"
#include "app/nearest.h"
#include "app/node.h"
#include "app/password_input.h"
#include "app/reference.h"
#include "app/server.h"
#include "app/storage.h"
#include "store/postgres/shards.h"
#include "system/zones.h"

namespace beckon::app {
namespace {

// Signals wake the main thread through a pipe.
int wake_pipe[2] = {-1, -1};
constexpr char kStop = 's', kReload = 'r';
constexpr int kStorageFailed = 3;  // exit status

void wake(char why) {
  const auto written = ::write(wake_pipe[1], &why, 1);
  static_cast<void>(written);
}
void on_stop(int) { wake(kStop); }
void on_reload(int) { wake(kReload); }

// Exits at once, without responding to requests in flight: the disk's content decides at the next start.
void on_broken() {
  log::plain(
      "beckon: the storage has failed, or another server has taken it over. Acknowledged requests are safe. "
      "Read the lines before this one, then start again.");
  log::flush();
  ::_exit(kStorageFailed);
}

// Values of flags, which override the file and the environment.
struct Given {
  std::string config;
  std::vector<std::pair<const Setting*, std::string>> values;
};

void add_settings(CLI::App& command, Given& given, bool all) {
  command.add_option("--config", given.config, "a TOML file with settings")->envname("BECKON_CONFIG");
  for (const Setting& setting : all_settings()) {
    const bool store = setting.name == "data" || setting.name == "database" || setting.name == "master-key-file";
    if (!all && !store) continue;
    const Settings defaults;
    const std::string preset = setting.show(defaults);
    const std::string help =
        std::string(setting.help) + ": " + std::string(setting.form) + (preset.empty() ? "" : " [" + preset + "]");
    const auto take = [&given, &setting](const std::string& text) { given.values.emplace_back(&setting, text); };
    auto* option = command.add_option_function<std::string>("--" + std::string(setting.name), take, help)
                       ->group(std::string(setting.group))
                       ->type_name("");
    if (setting.form == kYesOrNo) option->expected(0, 1);  // without a value: yes
  }
}

// An option given without a value, or with true or false.
void add_yes_or_no(CLI::App& command, const std::string& name, bool& value, const std::string& help) {
  command
      .add_option_function<std::string>(
          "--" + name,
          [&value, name](const std::string& text) {
            if (!text.empty() && text != "true" && text != "false")
              throw CLI::ValidationError("--" + name, "must be " + std::string(kYesOrNo) + ", not \"" + text + "\"");
            value = text != "false";
          },
          help)
      ->expected(0, 1)
      ->type_name("");
}

// A secret as an argument is visible to every user of the machine, so each can also be read from a file.
void add_token(CLI::App& command, const std::string& name, std::string& token, const std::string& help,
               bool required = true) {
  CLI::Option_group* group = command.add_option_group(name, "");
  group->add_option("--" + name, token,
                    help + "; other users of this machine can see it, --" + name + "-file hides it");
  group->add_option_function<std::string>(
      "--" + name + "-file",
      [&token, name](const std::string& file) {
        auto read = read_first_line(file);
        if (!read) throw CLI::ValidationError("--" + name + "-file", read.error().message);
        token = std::move(*read);
      },
      "a file with the token, or - for standard input");
  group->require_option(required ? 1 : 0, 1);
}

// Flags override variables, which override the file. Prints all errors.
std::optional<Settings> settings_of(const Given& given) {
  Settings settings;
  std::vector<std::string> faults;
  if (!given.config.empty()) faults = read_file(given.config, settings);
  for (auto& fault : read_environment(settings)) faults.push_back(std::move(fault));
  for (const auto& [setting, text] : given.values)
    if (auto fault = setting->set(settings, text)) faults.push_back("--" + std::string(setting->name) + " " + *fault);
  if (!is_database(settings.database))
    faults.push_back("--database must be sqlite, or a PostgreSQL database: postgres://USER@HOST/NAME");
  if (faults.empty()) {
    for (const auto& [name, retention] : {std::pair{"retention", settings.handle.retention},
                                          std::pair{"basic-retention", settings.handle.basic_retention}}) {
      if (retention > settings.most.retention)
        faults.push_back(name + (" " + to_text(retention)) + " is longer than max-retention " +
                         to_text(settings.most.retention));
    }
  }
  for (const std::string& fault : faults) std::fprintf(stderr, "beckon: %s\n", fault.c_str());
  if (!faults.empty()) return std::nullopt;
  return settings;
}

// SIGHUP: the log level of the file and the environment takes effect at once; other changes are listed. Certificates
// are reread anyway.
void reload(const Settings& running, const std::optional<Settings>& read) {
  if (!read) return void(log::error("reload_failed").add("reason", "the settings have errors, which were printed"));
  std::string waiting;
  for (const Setting& setting : all_settings())
    if (setting.name != "log-level" && setting.show(running) != setting.show(*read))
      waiting.append(waiting.empty() ? "" : ", ").append(setting.name);
  log::set_level(read->log_level);
  if (waiting.empty()) return void(log::info("reloaded"));
  log::warn("reloaded").add("changed_and_waiting_for_a_restart", waiting);
}

// Waits for a signal, and notifies systemd twice per interval that the server is alive (sd_watchdog_enabled(3));
// systemd restarts it otherwise. Returns which signal it was.
char wait_for_signal(const std::function<std::uint64_t()>& turns_of) {
  std::uint64_t interval_us = 0;
  const bool watched = ::sd_watchdog_enabled(0, &interval_us) > 0;
  std::uint64_t turns = turns_of();
  while (true) {
    pollfd waiting{.fd = wake_pipe[0], .events = POLLIN, .revents = 0};
    const int came = ::poll(&waiting, 1, watched ? static_cast<int>(interval_us / 2'000) : -1);
    if (came == 0 && turns_of() != turns) {
      turns = turns_of();
      ::sd_notify(0, "WATCHDOG=1");
    }
    char why = kStop;
    if (came > 0 && ::read(wake_pipe[0], &why, 1) == 1) return why;
    if (came < 0 && errno != EINTR) return kStop;
  }
}

// Until a signal ends it. `read_again` reads the current settings.
template <class Serving>
int serve_until_stopped(Serving& serving, const Settings& settings,
                        const std::function<std::optional<Settings>()>& read_again) {
  std::printf("ready %s\n", serving.url().c_str());
  std::fflush(stdout);
  ::sd_notify(0, "READY=1");
  while (wait_for_signal([&] { return serving.turns(); }) == kReload) {
    ::sd_notify(0, "RELOADING=1");
    reload(settings, read_again());
    serving.look_at_certificates();
    ::sd_notify(0, "READY=1");
  }
  ::sd_notify(0, "STOPPING=1");
  log::info("stopping");
  serving.stop();
  log::info("stopped");
  log::flush();
  return 0;
}

int serve_alone(const Settings& settings, const std::function<std::optional<Settings>()>& read_again) {
  const auto begin = std::chrono::steady_clock::now();
  auto server = Server::start(settings, on_broken);
  if (!server) {
    std::fprintf(stderr, "beckon: %s\n", server.error().c_str());
    return 1;
  }
  if (settings.dev) {
    const auto banner =
        prepare_dev(**server, settings, std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin));
    if (!banner) {
      std::fprintf(stderr, "beckon: %s\n", banner.error().c_str());
      return 1;
    }
    std::fputs(banner->c_str(), stderr);
  }
  return serve_until_stopped(**server, settings, read_again);
}

int serve_node(const Settings& settings, const std::function<std::optional<Settings>()>& read_again) {
  const auto node = Node::start(settings, [](const std::string& why) {
    log::plain("beckon: " + why);
    log::flush();
    ::_exit(kStorageFailed);
  });
  if (!node) {
    std::fprintf(stderr, "beckon: %s\n", node.error().c_str());
    return 1;
  }
  return serve_until_stopped(**node, settings, read_again);
}

int serve(const Settings& settings, const std::function<std::optional<Settings>()>& read_again) {
  auto why = refused_to_listen(settings);
  if (!why && !settings.backup.folder.empty()) why = not_a_data_folder(settings, "serve --backup-folder");
  if (why) {
    std::fprintf(stderr, "beckon: %s\n", why->c_str());
    return 1;
  }
  log::set_level(settings.log_level);
  if (::pipe2(wake_pipe, O_CLOEXEC) != 0) return 1;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, on_stop);
  std::signal(SIGINT, on_stop);
  std::signal(SIGHUP, on_reload);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  // With --dev, a server over PostgreSQL is the only one.
  return is_postgres(settings) && !settings.dev ? serve_node(settings, read_again) : serve_alone(settings, read_again);
}

// beckon.toml as the Debian package installs it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOfPackage{
    {{"data", "/var/lib/beckon"},
     {"master-key-file", "/etc/beckon/master.key"},
     {"listen", "127.0.0.1:8080"},
     {"metrics-listen", "127.0.0.1:9090"}}};

// Hidden commands have no group.
void add_commands(const CLI::App& of, const std::string& path, std::vector<CommandText>& commands) {
  for (const CLI::App* command : of.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name().empty() || command->get_group().empty()) continue;
    const std::string name = path + command->get_name();
    if (command->get_require_subcommand_min() == 0) commands.push_back({name, command->get_description()});
    add_commands(*command, name + " ", commands);
  }
}

// A first word, or a second one after a command with subcommands, that is not a command. The parser treats option
// groups as nameless commands.
std::optional<std::string> unknown_command(CLI::App& app, int argc, char** argv) {
  CLI::App* level = &app;
  std::string path = "beckon";
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const auto commands = level->get_subcommands([](CLI::App* command) { return !command->get_name().empty(); });
    if (commands.empty()) return std::nullopt;
    const auto found =
        std::ranges::find(commands, argv[i], [](const CLI::App* command) { return command->get_name(); });
    if (found != commands.end()) {
      level = *found;
      path += std::string(" ") + argv[i];
      continue;
    }
    std::vector<std::string> names;
    for (const CLI::App* command : commands) names.push_back(command->get_name());
    const std::vector<std::string_view> words(names.begin(), names.end());
    return "\"" + std::string(argv[i]) + "\" is not a command; did you mean " + path + " " +
           std::string(nearest(argv[i], words)) + "? All commands: " + path + " --help";
  }
  return std::nullopt;
}

using WithSettings = std::function<void(const std::function<int(const Settings&)>&)>;

void add_backup_commands(CLI::App& app, Given& given, const WithSettings& with_settings) {
  // Must live as long as the parser, which runs after this.
  static BackupRequest request;
  static RestoreRequest restoring;
  static std::string from;
  auto* backup_command =
      app.add_subcommand("backup", "write a backup of all data, also while a server is running (docs/operations.md)");
  backup_command->add_option("FILE", request.file, "the backup, or - for standard output")->required();
  const auto add_temporary = [](CLI::App& command, const char* what) {
    command.add_option("--temporary", request.temporary, what)->type_name("");
  };
  add_temporary(*backup_command,
                "a folder with space for a copy of the data: a folder; by default that of FILE, or TMPDIR for -");
  backup_command
      ->add_option("--stalled-after", request.stalled_after,
                   "give up when nothing has progressed for so long: a duration")
      ->type_name("")
      ->capture_default_str();
  backup_command
      ->add_option("--longest-wal", request.longest_wal,
                   "give up when the server's log has become longer while the data is copied: a size such as 4GiB")
      ->type_name("")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  add_settings(*backup_command, given, false);
  backup_command->callback([with_settings] { with_settings([](const Settings& s) { return backup(s, request); }); });

  auto* restore_command =
      app.add_subcommand("restore", "make a data folder, which must hold none, from a backup or a backup folder");
  restore_command->add_option("FROM", restoring.from, "the backup, or the folder of --backup-folder")->required();
  restore_command->add_option("--at", restoring.at, "from a folder: as it was then, as 2026-11-29T12:00:00Z")
      ->type_name("");
  restore_command->add_option("--commit", restoring.commit, "from a folder: as it was behind this commit")
      ->type_name("");
  add_yes_or_no(*restore_command, "list", restoring.list,
                "print what can be restored from a folder, and restore nothing");
  add_settings(*restore_command, given, false);
  restore_command->callback(
      [with_settings] { with_settings([](const Settings& s) { return restore(s, restoring); }); });

  constexpr const char* kSpace = "a folder with space for the data: a folder; by default TMPDIR, or /tmp";
  auto* verify_command =
      app.add_subcommand("verify", "read all data of a backup, or of the data folder, and name what is damaged");
  verify_command->add_option("FROM", from, "a backup, or a backup folder; without it, the data folder is read");
  add_temporary(*verify_command, kSpace);
  add_settings(*verify_command, given, false);
  verify_command->callback(
      [with_settings] { with_settings([](const Settings& s) { return verify(s, from, request.temporary); }); });

  auto* drill_command = app.add_subcommand(
      "drill", "restore a backup into a temporary folder, and run the playbook against a server there");
  drill_command->add_option("FROM", from, "the backup, or a backup folder, of which the newest commit is used")
      ->required();
  add_temporary(*drill_command, kSpace);
  add_settings(*drill_command, given, false);
  drill_command->callback(
      [with_settings] { with_settings([](const Settings& s) { return drill(s, from, request.temporary); }); });
}

std::string version_text() { return "beckon " BECKON_VERSION "\ntzdata " + std::string(system_zones().version()); }

int run(int argc, char** argv) {
  CLI::App app{"Beckon: signals in, decisions out, webhooks that never silently vanish."};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::function<std::string()>(version_text));
  app.set_help_all_flag("--help-all", "show the help of every command");
  Given given;
  int status = 0;
  const auto with_settings = [&](const std::function<int(const Settings&)>& act) {
    const auto settings = settings_of(given);
    status = settings ? act(*settings) : 1;
  };

  auto* serve_command = app.add_subcommand("serve", "run the server");
  add_settings(*serve_command, given, true);
  serve_command->callback(
      [&] { with_settings([&](const Settings& s) { return serve(s, [&] { return settings_of(given); }); }); });

  std::string name, owner, email, handle, user, role;
  auto* handle_command = app.add_subcommand("handle", "handles")->require_subcommand(1);
  auto* handle_add_command = handle_command->add_subcommand("add", "create a handle");
  handle_add_command->add_option("NAME", name)->required();
  handle_add_command->add_option("--owner", owner, "e-mail address of its owner")->required();
  add_settings(*handle_add_command, given, false);
  handle_add_command->callback([&] { with_settings([&](const Settings& s) { return handle_add(s, name, owner); }); });

  auto* user_command = app.add_subcommand("user", "users")->require_subcommand(1);
  auto* user_add_command = user_command->add_subcommand("add", "create a user");
  user_add_command->add_option("EMAIL", email)->required();
  add_settings(*user_add_command, given, false);
  user_add_command->callback([&] { with_settings([&](const Settings& s) { return user_add(s, email); }); });

  std::string password_file;
  auto* user_password_command =
      user_command->add_subcommand("password", "set a user's password and end their sign-ins");
  user_password_command->add_option("EMAIL", email)->required();
  user_password_command->add_option("--password-file", password_file,
                                    "file with the password; by default it is read from standard input");
  add_settings(*user_password_command, given, false);
  user_password_command->callback(
      [&] { with_settings([&](const Settings& s) { return user_password(s, email, password_file); }); });

  const auto add_user_command = [&](const char* command, const char* what, auto run) {
    auto* added = user_command->add_subcommand(command, what);
    added->add_option("EMAIL", email)->required();
    add_settings(*added, given, false);
    added->callback([&, run] { with_settings([&](const Settings& s) { return run(s, email); }); });
  };
  add_user_command("reset", "print a one-time link with which a user sets a new password", user_reset);
  add_user_command("disable", "end a user's sign-ins, and let them sign in no more",
                   [](const Settings& s, const std::string& who) { return user_disable(s, who, true); });
  add_user_command("enable", "let a disabled user sign in again",
                   [](const Settings& s, const std::string& who) { return user_disable(s, who, false); });
  add_user_command("delete", "delete a user with all roles and sign-ins", user_delete);
  auto* user_list_command = user_command->add_subcommand("list", "list users and their roles");
  add_settings(*user_list_command, given, false);
  user_list_command->callback([&] { with_settings([&](const Settings& s) { return user_list(s); }); });

  auto* nodes_command =
      app.add_subcommand("nodes", "list the nodes of a database: address, lanes of shards and lease of each");
  add_settings(*nodes_command, given, false);
  int lane = 0;
  std::string node;
  auto* move_command = nodes_command->add_subcommand("move", "want a lane of shards at a node");
  move_command->add_option("--lane", lane, "the number of the lane")
      ->required()
      ->check(CLI::Range(0, store::postgres::kLanes - 1));
  move_command->add_option("--to", node, "the node, or any: wherever it divides evenly")->required();
  add_settings(*move_command, given, false);
  move_command->callback([&] { with_settings([&](const Settings& s) { return node_move(s, lane, node); }); });
  auto* drain_command = nodes_command->add_subcommand("drain", "have a node give all lanes to others, and take none");
  drain_command->add_option("NODE", node)->required();
  add_settings(*drain_command, given, false);
  drain_command->callback([&] { with_settings([&](const Settings& s) { return node_drain(s, node, true); }); });
  auto* resume_command = nodes_command->add_subcommand("resume", "let a drained node own lanes again");
  resume_command->add_option("NODE", node)->required();
  add_settings(*resume_command, given, false);
  resume_command->callback([&] { with_settings([&](const Settings& s) { return node_drain(s, node, false); }); });
  nodes_command->callback([&, nodes_command] {
    if (nodes_command->get_subcommands().empty()) with_settings([&](const Settings& s) { return node_list(s); });
  });

  auto* keys_command = app.add_subcommand("keys", "the keys of the server")->require_subcommand(1);
  auto* keys_list_command = keys_command->add_subcommand("list", "list signing keys and the master key's fingerprint");
  add_settings(*keys_list_command, given, false);
  keys_list_command->callback([&] { with_settings([&](const Settings& s) { return keys_list(s); }); });
  bool at_once = false, finish = false;
  auto* signing_command =
      keys_command->add_subcommand("rotate-signing", "make a new key for tokens; it is listed, and signs in an hour");
  add_yes_or_no(*signing_command, "at-once", at_once, "it signs now, and all tokens and sign-ins end");
  add_settings(*signing_command, given, false);
  signing_command->callback([&] { with_settings([&](const Settings& s) { return keys_rotate_signing(s, at_once); }); });
  auto* master_command = keys_command->add_subcommand(
      "rotate-master", "put a new master key before the old one, also while the server runs, which then seals with it");
  add_yes_or_no(*master_command, "finish", finish, "remove the old key, once nothing is sealed with it");
  add_settings(*master_command, given, false);
  master_command->callback([&] { with_settings([&](const Settings& s) { return keys_rotate_master(s, finish); }); });

  auto* grant_command =
      app.add_subcommand("grant", "grant a user a role on a handle; a new OWNER makes the former one OPERATOR");
  grant_command->add_option("--handle", handle)->required();
  grant_command->add_option("--user", user)->required();
  grant_command->add_option("--role", role, "CREATOR, OPERATOR or OWNER")->required();
  add_settings(*grant_command, given, false);
  grant_command->callback([&] { with_settings([&](const Settings& s) { return grant(s, handle, user, role); }); });

  auto* revoke_command = app.add_subcommand("revoke", "take a user's role on a handle away");
  revoke_command->add_option("--handle", handle)->required();
  revoke_command->add_option("--user", user)->required();
  add_settings(*revoke_command, given, false);
  revoke_command->callback([&] { with_settings([&](const Settings& s) { return revoke(s, handle, user); }); });

  TokenRequest token_request;
  auto* token_command = app.add_subcommand("token", "print a JWT");
  token_command->add_option("--handle", token_request.handle);
  token_command->add_option("--role", token_request.role, "CREATOR, OPERATOR or OWNER");
  token_command->add_option("--user", token_request.user,
                            "a token for this user; the role is looked up at each request");
  add_yes_or_no(*token_command, "platform-admin", token_request.platform_admin, "a token for the platform admin");
  token_command->add_option("--ttl", token_request.ttl, "how long the token is valid, at most 24h")
      ->capture_default_str();
  add_settings(*token_command, given, false);
  token_command->callback([&] { with_settings([&](const Settings& s) { return token(s, token_request); }); });

  ImportOptions import_options;
  auto* import_command =
      app.add_subcommand("import", "import historical signals, or people, from a file; publishes nothing");
  ImportPeopleOptions people_options;
  auto* history = import_command->add_option("FILE", import_options.file, "signals");
  auto* people = import_command
                     ->add_option("--people", people_options.file,
                                  "instead of FILE: visitors and their traits, as CSV or NDJSON (docs/people.md)")
                     ->excludes(history);
  add_yes_or_no(*import_command, "dry-run", people_options.dry_run,
                "with --people: check the file, and change nothing");
  import_command->add_option("--from-line", people_options.from_line,
                             "with --people and --format other than snowplow: begin at this line");
  import_command->add_option("--at", people_options.at,
                             "with --people: when it was so, where the file does not say; by default now");
  import_command->add_option("--source", people_options.source, "with --people: who says it; by default server");
  import_command->add_option("--traits-to", import_options.traits_to,
                             "write the traits of an archive to this file, for --people (docs/neighbours.md)");
  import_command
      ->add_option("--format", import_options.format,
                   "snowplow: a CSV of Snowplow's canonical events; archives, plain or in gzip: segment, rudderstack, "
                   "snowplow-enriched")
      ->capture_default_str();
  import_command->add_option("--handle", import_options.handle)->required();
  add_yes_or_no(*import_command, "shift-to-now", import_options.shift_to_now,
                "shift all events so that the newest one happened now");
  import_command->add_option("--base", import_options.base,
                             "http://HOST:PORT of a running server; without it the import runs offline");
  add_token(*import_command, "token", import_options.token, "an OPERATOR's token, with --base", false);
  add_settings(*import_command, given, false);
  import_command->callback([&] {
    if (history->empty() && people->empty()) throw CLI::RequiredError("FILE, or --people with a file,");
    with_settings([&](const Settings& s) {
      import_options.from_line = people_options.from_line;
      if (people->empty()) return import_history(s, import_options);
      people_options.handle = import_options.handle;
      people_options.base = import_options.base;
      people_options.token = import_options.token;
      return import_people(s, people_options);
    });
  });

  add_backup_commands(app, given, with_settings);

  std::string move_to = "database";
  auto* migrate_command = app.add_subcommand(
      "migrate", "move everything between a data folder and a PostgreSQL database, while no server uses either");
  migrate_command->add_option("--to", move_to, "database: from --data into --database; data: back")
      ->check(CLI::IsMember({"database", "data"}))
      ->type_name("")
      ->capture_default_str();
  add_settings(*migrate_command, given, false);
  migrate_command->callback([&] { with_settings([&](const Settings& s) { return migrate(s, move_to); }); });

  PlaybookRequest playbook_request;
  auto* playbook_command = app.add_subcommand("playbook", "run LM-01 to LM-06 against a server");
  playbook_command->add_option("--base", playbook_request.base, "http://HOST:PORT")->required();
  playbook_command->add_option("--handle", playbook_request.handle)->required();
  add_token(*playbook_command, "operator-token", playbook_request.operator_token, "an OPERATOR's token");
  add_token(*playbook_command, "creator-token", playbook_request.creator_token, "a CREATOR's token");
  playbook_command->add_option("--receiver", playbook_request.receiver,
                               "a webhook endpoint; by default a temporary one on loopback");
  playbook_command->callback([&] { status = playbook(playbook_request); });

  DemoRequest demo_request;
  auto* demo_command = app.add_subcommand("demo",
                                          "run synthetic shoppers against a server's API; publishes example rules on "
                                          "the handle and, with --dev, two webhooks");
  demo_command->add_option("--base", demo_request.base, "http://HOST:PORT")->required();
  add_token(*demo_command, "token", demo_request.token, "a token with the role CREATOR or above");
  demo_command->add_option("--handle", demo_request.handle, "by default the first handle that the token has a role on");
  demo_command->add_option("--shoppers", demo_request.shoppers)->check(CLI::Range(1, 100'000))->capture_default_str();
  demo_command->add_option("--per-second", demo_request.per_second, "requests per second")
      ->check(CLI::Range(0.1, 10'000.0))
      ->capture_default_str();
  demo_command->add_option("--seed", demo_request.seed, "the same seed produces the same shoppers");
  demo_command->callback([&] { status = demo(demo_request); });

  std::string looked_up = "example.com";
  auto* doctor_command =
      app.add_subcommand("doctor", "check what the server needs of this machine, and say what to do");
  doctor_command->add_option("--name", looked_up, "a host name to look up; empty: none")->capture_default_str();
  add_settings(*doctor_command, given, true);
  doctor_command->callback([&] { with_settings([&](const Settings& s) { return doctor(s, looked_up); }); });

  std::string document;
  auto* reference_command = app.add_subcommand("reference", "print the settings and commands as a document")->group("");
  reference_command->add_option("DOCUMENT", document, "toml or man")->required()->check(CLI::IsMember({"toml", "man"}));
  reference_command->callback([&] {
    std::vector<CommandText> commands;
    add_commands(app, "", commands);
    std::fputs((document == "man" ? manual_page(commands, BECKON_VERSION) : sample_configuration(kOfPackage)).c_str(),
               stdout);
  });

  app.add_subcommand("routes", "list the routes")->group("")->callback([&] { status = list_routes(); });
  app.add_subcommand("version", "print the version")->callback([] { std::puts(version_text().c_str()); });

  try {
    if (const auto fault = unknown_command(app, argc, argv)) {
      std::fprintf(stderr, "beckon: %s\n", fault->c_str());
      return 2;
    }
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError& fault) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view word(argv[i]);
      const std::string_view given_name = word.substr(0, word.find('='));
      if (!given_name.starts_with("--") || app.get_subcommands().empty()) continue;
      if (app.get_subcommands().front()->get_option_no_throw(std::string(given_name)) != nullptr ||
          given_name == "--help")
        continue;
      std::fprintf(stderr, "beckon: %s is not an option; did you mean --%s?\n", std::string(given_name).c_str(),
                   std::string(nearest_setting(given_name.substr(2))).c_str());
      return 2;
    }
    return app.exit(fault);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault);
  }
  return status;
}

}  // namespace
}  // namespace beckon::app

int main(int argc, char** argv) { return beckon::app::run(argc, argv); }
