// SPDX-License-Identifier: Apache-2.0
#include "tests/fake_engine/fake_model.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <new>
#include <numbers>
#include <stdexcept>

#include "generator/protocol/music.hpp"

namespace dgx::test {
namespace {

using protocol::GenerationRequest;
using protocol::Phase;

constexpr int kRate = 32000;
constexpr std::int64_t kSteps = 10;

bool asks_for(const GenerationRequest& request, const std::string& word) {
  return (" " + request.prompt + " ").find(" " + word + " ") != std::string::npos;
}

// True the first time that anybody asks, as far as the file remembers.
bool mark_is_new() {
  const char* path = std::getenv("DGX_FAKE_MARK");
  if (path == nullptr) return true;
  const int fd = ::open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

void misbehave(const GenerationRequest& request) {
  if (asks_for(request, "once") && !mark_is_new()) return;
  if (asks_for(request, "crash")) std::raise(SIGSEGV);
  if (asks_for(request, "abort")) std::abort();
  if (asks_for(request, "exit")) std::_Exit(7);
  if (asks_for(request, "kill")) std::raise(SIGKILL);
  if (asks_for(request, "stop")) std::raise(SIGSTOP);
  if (asks_for(request, "memory")) throw std::bad_alloc();
  if (asks_for(request, "throw")) throw std::runtime_error("the tensors disagree");
  while (asks_for(request, "hang")) ::pause();
}

double length_of(const GenerationRequest& request) {
  if (request.duration) return *request.duration;
  if (request.bars) {
    return seconds_of_bars(static_cast<double>(*request.bars), request.bpm.value_or(120), {});
  }
  return 1.0;
}

AudioClip tone(double seconds, double frequency, double amplitude, std::int64_t seed) {
  AudioClip clip{kRate, 2, {}};
  const auto frames = static_cast<std::size_t>(std::llround(seconds * kRate));
  const double phase = static_cast<double>(seed % 1000) / 1000;
  for (std::size_t i = 0; i < frames; ++i) {
    const double time = static_cast<double>(i) / kRate;
    const double angle = 2 * std::numbers::pi * (frequency * time + phase);
    const auto sample = static_cast<float>(amplitude * std::sin(angle));
    clip.samples.push_back(sample);
    clip.samples.push_back(sample * 0.5F);
  }
  return clip;
}

model::RenderedTake render(const GenerationRequest& request, std::int64_t index) {
  double amplitude = asks_for(request, "loud") ? 2.0 : 0.2;
  if (asks_for(request, "silent")) amplitude = 0;
  model::RenderedTake take;
  take.index = index;
  take.seed = protocol::seed_of_take(*request.seed, static_cast<int>(index));
  take.mix = tone(length_of(request), 440, amplitude, take.seed);
  const AudioClip high = tone(length_of(request), 1320, amplitude / 2, take.seed);
  model::Part low_part{"low", take.mix};
  model::Part high_part{"high", high};
  for (std::size_t i = 0; i < high.samples.size(); ++i) take.mix.samples[i] += high.samples[i];
  if (request.stems) {
    take.parts.push_back(std::move(low_part));
    take.parts.push_back(std::move(high_part));
  }
  take.midi_file = {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 0, 0, 96};
  take.prompt_sent = request.prompt;
  take.loops = request.loop;
  take.tempo.bpm = request.bpm;
  take.tempo.bars = request.bars;
  take.tempo.time_signature = "4/4";
  take.key = request.key;
  take.name_words = {"fake", "tone"};
  return take;
}

}  // namespace

model::ModelDescription FakeModel::describe() const {
  model::ModelDescription description;
  description.identity = {"fake", "1", std::string(64, '0'), "CC0-1.0", "A tone for tests."};
  description.sample_rate = kRate;
  description.channels = 2;
  description.gives_stems = true;
  description.gives_midi = true;
  description.kernel = "sine";
  description.device = device_;
  description.dtype = "float32";
  return description;
}

Status FakeModel::check(const GenerationRequest& request) {
  if (!asks_for(request, "refuse")) return ok();
  return Error{ErrorCode::kInvalidArgument, "the fake model takes no such prompt", "prompt"};
}

Status FakeModel::load(const model::ProgressSink& progress, std::stop_token) {
  progress({Phase::kLoading, 1, 1, {}});
  return ok();
}

Status FakeModel::generate(const GenerationRequest& request, const model::TakeSink& take,
                           const model::ProgressSink& progress, std::stop_token stop) {
  const std::int64_t takes = request.variations - (asks_for(request, "short") ? 1 : 0);
  for (std::int64_t index = 0; index < takes; ++index) {
    for (std::int64_t step = 0; step < kSteps || asks_for(request, "slow"); ++step) {
      progress({Phase::kGenerating, std::min(step, kSteps), kSteps, {}});
      if (step == kSteps / 2) misbehave(request);
      if (asks_for(request, "slow")) ::usleep(5000);
      if (asks_for(request, "steady")) ::usleep(50'000);
      if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled"};
    }
    if (Status taken = take(render(request, index)); !taken) return taken;
  }
  return ok();
}

}  // namespace dgx::test
