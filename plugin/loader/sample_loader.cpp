// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/sample_loader.hpp"

#include <algorithm>
#include <utility>

#include "plugin/loader/take_file.hpp"

namespace dgx::plugin {
namespace {

using namespace std::chrono_literals;

// The audio thread may wake nobody, so what it hands back is looked for this often.
constexpr auto kCollectInterval = 50ms;

}  // namespace

SampleLoader::SampleLoader(PlayerLink& link, Told told)
    : link_(link),
      told_(std::move(told)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SampleLoader::~SampleLoader() {
  thread_.request_stop();
  thread_.join();
}

void SampleLoader::load(int pad, std::filesystem::path file, double gain_db) {
  add({pad, std::move(file), gain_db});
}

void SampleLoader::clear(int pad) {
  add({pad, std::nullopt, 0.0});
}

void SampleLoader::add(Wish wish) {
  const MutexLock lock(mutex_);
  std::erase_if(wishes_, [&wish](const Wish& older) { return older.pad == wish.pad; });
  wishes_.push_back(std::move(wish));
  wished_.notify_one();
}

bool SampleLoader::wait_until_idle(std::chrono::milliseconds patience) {
  MutexLock lock(mutex_);
  return idle_.wait_for(lock.native(), patience,
                        [this]() DGX_REQUIRES(mutex_) { return wishes_.empty() && !is_busy_; });
}

bool SampleLoader::is_idle() {
  const MutexLock lock(mutex_);
  return wishes_.empty() && !is_busy_;
}

void SampleLoader::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto wish = next(stop)) fulfil(*wish, stop);
    free_returned();
    const MutexLock lock(mutex_);
    is_busy_ = false;
    idle_.notify_all();
  }
}

std::optional<SampleLoader::Wish> SampleLoader::next(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  const auto any = [this]() DGX_REQUIRES(mutex_) { return !wishes_.empty(); };
  // Without samples there is nothing that could come back, and no reason to wake.
  const bool arrived = samples_.empty()
                           ? wished_.wait(lock.native(), stop, any)
                           : wished_.wait_for(lock.native(), stop, kCollectInterval, any);
  if (!arrived) return std::nullopt;
  Wish wish = std::move(wishes_.front());
  wishes_.pop_front();
  is_busy_ = true;
  return wish;
}

void SampleLoader::fulfil(const Wish& wish, const std::stop_token& stop) {
  if (!wish.file) return send({wish.pad, nullptr}, stop);
  auto take = read_take(*wish.file, wish.gain_db);
  if (!take) return told_({wish.pad, *wish.file, Status(std::move(take).error()), {}});
  samples_.push_back(std::make_unique<const Sample>(std::move(take->sample)));
  send({wish.pad, samples_.back().get()}, stop);
  told_({wish.pad, *wish.file, ok(), std::move(take->sha256)});
}

// A full queue means that the host does not run the plugin just now: the command waits, and so do
// those behind it.
void SampleLoader::send(const PlayerCommand& command, const std::stop_token& stop) {
  while (!link_.try_send(command) && !stop.stop_requested()) {
    free_returned();
    MutexLock lock(mutex_);
    wished_.wait_for(lock.native(), stop, kCollectInterval, [] { return false; });
  }
}

void SampleLoader::free_returned() {
  while (const Sample* sample = link_.try_collect()) {
    std::erase_if(samples_, [sample](const auto& owned) { return owned.get() == sample; });
  }
}

}  // namespace dgx::plugin
