// Durable appends: the cost of SqliteStore's journal compared with a raw append and fdatasync of the same bytes on the
// same disk, alternating, so that both run under the same conditions.
//
//   store_append [FOLDER [ROUNDS [PRODUCERS…]]]     FOLDER: on the disk to be measured; default: the working directory
//
// Each commit has one record of 120 bytes per producer, like a group commit with that many waiting producers.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/check.h"
#include "store/sqlite/sqlite_store.h"
#include "system/log.h"

namespace {

using namespace beckon;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kRecord = 120;
constexpr Seconds kTurn{1.0};

struct Figure {
  double commits = 0;  // per second
  double slowest_ms = 0;
};

template <class Commit>
Figure measure(Commit&& commit) {
  const auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  Figure figure;
  long done = 0;
  while (last - begin < kTurn) {
    commit();
    ++done;
    const auto now = std::chrono::steady_clock::now();
    figure.slowest_ms = std::max(figure.slowest_ms, Seconds(now - last).count() * 1e3);
    last = now;
  }
  figure.commits = static_cast<double>(done) / Seconds(last - begin).count();
  return figure;
}

Figure raw(int fd, const std::string& bytes) {
  return measure([&] {
    CHECK(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    CHECK(::fdatasync(fd) == 0);
  });
}

Figure journal(store::SqliteStore& store, const std::string& bytes) {
  commit::Batch batch{.at = instant_ms(1), .journal = bytes};
  return measure([&] { CHECK(store.commit().write(batch)); });
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(const std::string& folder, int rounds, std::size_t producers) {
  const std::string bytes(kRecord * producers, 'x');
  auto opened = store::SqliteStore::open(folder + "/store", {.server = true});
  CHECK(opened);
  store::SqliteStore& store = **opened;
  const int fd = ::open((folder + "/raw").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  CHECK(fd >= 0);

  std::jthread housekeeping([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      CHECK(store.checkpoint_wal());
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
  });
  std::vector<double> raws, journals, ratios;
  double slowest = 0;
  for (int round = 0; round < rounds; ++round) {
    const Figure a = raw(fd, bytes), b = journal(store, bytes);
    raws.push_back(a.commits);
    journals.push_back(b.commits);
    ratios.push_back(b.commits / a.commits);
    slowest = std::max(slowest, b.slowest_ms);
  }
  ::close(fd);
  const double count = static_cast<double>(producers);
  std::printf(
      "%4zu producers: raw %6.0f commits/s %8.0f records/s | journal %6.0f commits/s %8.0f records/s, "
      "slowest %.1f ms | ratio %.2f\n",
      producers, median(raws), median(raws) * count, median(journals), median(journals) * count, slowest,
      median(ratios));
}

}  // namespace

int main(int argc, char** argv) {
  log::set_level(log::Level::kError);
  const std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/store_append." + std::to_string(::getpid());
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  std::vector<std::size_t> producers;
  for (int i = 3; i < argc; ++i) producers.push_back(static_cast<std::size_t>(std::atol(argv[i])));
  if (producers.empty()) producers = {1, 64, 256};
  std::filesystem::create_directories(folder);
  for (const std::size_t count : producers) compare(folder, rounds, count);
  std::filesystem::remove_all(folder);
}
