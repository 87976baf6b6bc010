#include "hindsight/what_if_jobs.h"

#include <algorithm>

#include "system/log.h"
#include "system/process.h"

namespace beckon::hindsight {

std::string_view to_text(WhatIfState state) {
  switch (state) {
    case WhatIfState::kRunning: return "running";
    case WhatIfState::kDone: return "done";
    case WhatIfState::kCancelled: return "cancelled";
    case WhatIfState::kFailed: return "failed";
  }
  return "";
}

bool WhatIfJobs::waits(const JobPtr& job) { return !job->begun && job->view.state == WhatIfState::kRunning; }

std::optional<Fault> WhatIfJobs::start(SimulationId id, WhatIfRequest request) {
  const std::lock_guard lock(mutex_);
  const auto waiting = static_cast<std::size_t>(std::ranges::count_if(jobs_, is_under_way));
  std::size_t own = 0;
  for (const JobPtr& job : jobs_) {
    if (!is_under_way(job) || job->request.tenant->handle != request.tenant->handle || ++own < options_.per_handle)
      continue;
    ++refused_.of_handle;
    return Fault{.code = FaultCode::kConflict,
                 .message = "A simulation for this handle is already running, " + job->view.id.text +
                            "; wait until it has finished, or cancel it."};
  }
  if (stopped_ || waiting > options_.waiting) {
    ++refused_.in_all;
    return unavailable("Too many simulations are waiting to start.");
  }
  auto job = std::make_shared<Job>();
  job->view = {.id = std::move(id), .since = request.since, .until = request.until, .reason = {}, .result = nullptr};
  job->request = std::move(request);
  jobs_.push_back(std::move(job));
  while (jobs_.size() > options_.kept + waiting + 1) {
    const auto over = std::ranges::find_if_not(jobs_, is_under_way);
    if (over == jobs_.end()) break;
    jobs_.erase(over);
  }
  changed_.notify_all();
  return std::nullopt;
}

std::size_t WhatIfJobs::under_way() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(jobs_, is_under_way));
}

WhatIfJobs::JobPtr WhatIfJobs::job(const Handle& handle, const SimulationId& id) const {
  const auto found = std::ranges::find_if(
      jobs_, [&](const JobPtr& one) { return one->view.id == id && one->request.tenant->handle == handle; });
  return found == jobs_.end() ? nullptr : *found;
}

WhatIfView WhatIfJobs::seen(const Job& job) {
  WhatIfView view = job.view;
  const auto total = static_cast<double>(job.progress.total), done = static_cast<double>(job.progress.done);
  if (view.state == WhatIfState::kDone)
    view.progress = 1;
  else if (total > 0)
    view.progress = std::min(1.0, done / total);
  return view;
}

std::optional<WhatIfView> WhatIfJobs::find(const Handle& handle, const SimulationId& id) const {
  const std::lock_guard lock(mutex_);
  const JobPtr found = job(handle, id);
  return found ? std::optional(seen(*found)) : std::nullopt;
}

std::optional<WhatIfView> WhatIfJobs::wait(const Handle& handle, const SimulationId& id,
                                           std::chrono::milliseconds longest) const {
  std::unique_lock lock(mutex_);
  const JobPtr found = job(handle, id);
  if (!found) return std::nullopt;
  changed_.wait_for(lock, longest, [&] { return stopped_ || found->view.state != WhatIfState::kRunning; });
  return seen(*found);
}

void WhatIfJobs::cancel(const JobPtr& job) {
  job->progress.cancelled = true;
  if (waits(job)) job->view.state = WhatIfState::kCancelled;
  changed_.notify_all();
}

void WhatIfJobs::abandon(const Handle& handle, const SimulationId& id) {
  const std::lock_guard lock(mutex_);
  if (const JobPtr found = job(handle, id)) cancel(found);
}

std::optional<WhatIfView> WhatIfJobs::cancel(const Handle& handle, const SimulationId& id) {
  std::unique_lock lock(mutex_);
  const JobPtr found = job(handle, id);
  if (!found) return std::nullopt;
  cancel(found);
  changed_.wait(lock, [&] { return stopped_ || found->view.state != WhatIfState::kRunning; });
  return seen(*found);
}

void WhatIfJobs::run(std::stop_token stop) {
  const std::stop_callback stopping(stop, [this] {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const JobPtr& job : jobs_) job->progress.cancelled = true;
    changed_.notify_all();
  });
  while (!stop.stop_requested()) {
    if (step()) continue;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || std::ranges::any_of(jobs_, waits); });
  }
}

bool WhatIfJobs::step() {
  JobPtr next;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(jobs_, waits);
    if (found == jobs_.end()) return false;
    next = *found;
    next->begun = true;
  }
  const auto begin = std::chrono::steady_clock::now();
  const WhatIfLimits limits{.memory = options_.memory, .threads = std::min(options_.threads, processors())};
  auto result = what_if(ledger_, digests_, next->request, limits, next->progress);
  end(*next, std::move(result), std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin));
  return true;
}

void WhatIfJobs::end(Job& job, Result<WhatIf> result, Duration took) {
  const std::lock_guard lock(mutex_);
  job.view.took = took;
  if (result) {
    job.view.state = WhatIfState::kDone;
    job.view.result = std::make_shared<const WhatIf>(std::move(*result));
  } else if (job.progress.cancelled) {
    job.view.state = WhatIfState::kCancelled;
  } else {
    job.view.state = WhatIfState::kFailed;
    job.view.reason = result.error().message;
    log::error("simulation_failed").add("handle", job.request.tenant->handle.view()).add("why", job.view.reason);
  }
  changed_.notify_all();
}

}  // namespace beckon::hindsight
