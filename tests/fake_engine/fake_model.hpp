// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "generator/model/music_model.hpp"

namespace dgx::test {

/// A deterministic model with the real interface: a sine of 440 Hz at 32 kHz, two parts, a few
/// steps a second of audio. Words in the prompt make it misbehave, each in one way:
///   crash  abort  exit  kill    ends the process in that way in the middle of the job
///   stop                        stops the whole process, heartbeats and all (SIGSTOP)
///   hang                        goes on for ever, and never looks at the stop token
///   slow                        goes on for ever, but can be cancelled
///   steady                      takes half a second, so that whoever looks sees its progress
///   refuse                      refuses the request when it is checked
///   memory                      throws std::bad_alloc
///   throw                       throws std::runtime_error
///   short                       gives one take too few
///   silent                      gives digital silence
///   loud                        gives peaks of +12 dBFS
///   once                        with crash: only where the file that DGX_FAKE_MARK names is new
class FakeModel : public model::MusicModel {
 public:
  /// `device`: what describe() says.
  explicit FakeModel(std::string device = "cpu") : device_(std::move(device)) {}

  [[nodiscard]] model::ModelDescription describe() const override;
  Status check(const protocol::GenerationRequest& request) override;
  Status load(const model::ProgressSink& progress, std::stop_token stop) override;
  Status generate(const protocol::GenerationRequest& request, const model::TakeSink& take,
                  const model::ProgressSink& progress, std::stop_token stop) override;

 private:
  std::string device_;
};

}  // namespace dgx::test
