// A provider's metadata and keys, read when needed and cached.
//
// Read at first use, again at the first use after Limits::fresh, and for a token that names an unknown key; at most
// once per Limits::keys_every in total. While reading fails, the cached copy is used until it is Limits::stale old;
// then nothing from the provider is accepted.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_set.h"
#include "egress/calls.h"
#include "oidc/limits.h"
#include "oidc/metadata.h"

namespace beckon::oidc {

struct Published {
  Metadata metadata;
  access::KeySet keys;
};

// Thread-safe. The constructor arguments outlive it.
class PublishedBy {
 public:
  using Known = std::shared_ptr<const Published>;  // not null
  using Done = std::move_only_function<void(const Result<Known>&)>;

  PublishedBy(const Provider& provider, egress::Calls& calls, const Clock& clock, const Limits& limits)
      : provider_(provider), calls_(calls), clock_(clock), limits_(limits) {}

  // Calls `done` once, before this returns or on the thread of the calls, where it must not block: with the
  // published data, which may still lack the key. kUnavailable says why nothing can be read. An empty `kid` means
  // any.
  void get(std::string_view kid, Done done);

  // Whether get() would wait: the key is unknown, and may be fetched.
  bool would_wait(std::string_view kid) const;

  // What is cached and still valid, or null.
  std::shared_ptr<const Published> now() const;

 private:
  static constexpr std::size_t kMostWaiting = 1'024;  // for one read; beyond that kUnavailable

  bool is_within(Instant since, Duration span) const;  // of now; false if the clock was set back
  void read();
  void read_keys(Metadata metadata);
  void ask(const std::string& url, std::string what,
           std::move_only_function<void(Result<std::string, std::string>)> then);
  void end(Result<Known, std::string> outcome);

  const Provider& provider_;
  egress::Calls& calls_;
  const Clock& clock_;
  const Limits limits_;

  mutable std::mutex mutex_;  // guards the following
  std::shared_ptr<const Published> known_;
  Instant read_at_{};           // when it was read
  Instant metadata_read_at_{};  // its metadata
  Instant tried_at_{};          // when the last read began
  std::string why_not_;         // why the last read failed; empty if it did not
  bool reading_ = false;
  std::vector<Done> waiting_;  // for the read
};

}  // namespace beckon::oidc
