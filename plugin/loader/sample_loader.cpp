// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/sample_loader.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>

#include "generator/audio/wav_reader.hpp"

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

void SampleLoader::load(int pad, std::filesystem::path file) {
  add({{.kind = PlayerCommand::Kind::kSetSample, .pad = pad}, std::move(file)});
}

void SampleLoader::clear(int pad) {
  add({{.kind = PlayerCommand::Kind::kSetSample, .pad = pad}, std::nullopt});
}

void SampleLoader::set_pad(int pad, const PadSettings& settings) {
  add({{.kind = PlayerCommand::Kind::kSetPad, .pad = pad, .settings = settings}, std::nullopt});
}

void SampleLoader::set_chromatic(int pad, int root_note) {
  add({{.kind = PlayerCommand::Kind::kSetChromatic, .pad = pad, .root_note = root_note},
       std::nullopt});
}

void SampleLoader::add(Wish wish) {
  const MutexLock lock(mutex_);
  std::erase_if(wishes_, [&wish](const Wish& older) {
    return older.command.kind == wish.command.kind && older.command.pad == wish.command.pad;
  });
  wishes_.push_back(std::move(wish));
  wished_.notify_one();
}

void SampleLoader::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto wish = next(stop)) fulfil(*std::move(wish), stop);
    free_returned();
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
  return wish;
}

void SampleLoader::fulfil(Wish wish, const std::stop_token& stop) {
  if (!wish.file) return send(wish.command, stop);
  auto sample = read(*wish.file);
  if (sample) {
    wish.command.sample = *sample;
    send(wish.command, stop);
  }
  told_({wish.command.pad, *wish.file, sample ? ok() : Status(std::move(sample).error())});
}

Result<const Sample*> SampleLoader::read(const std::filesystem::path& file) {
  try {
    auto clip = read_wav(file);
    if (!clip) return std::move(clip).error();
    if (clip->frame_count() == 0) {
      return Error{ErrorCode::kInvalidArgument, file.string() + " has no audio in it"};
    }
    samples_.push_back(std::make_unique<const Sample>(*clip));
    return samples_.back().get();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "there is not enough memory to load " + file.string()};
  }
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
