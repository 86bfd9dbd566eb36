// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/music_model.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::model {

/// The models that this engine knows, best first. A model is made when it is first asked for, and
/// a failure to make it is remembered as the reason why it cannot be used.
/// Threads: one, the engine's render thread. Owns the models.
class ModelRegistry {
 public:
  using Factory = std::function<Result<std::unique_ptr<MusicModel>>()>;

  void add(std::string id, Factory factory);

  /// The model; kNotFound names the models there are, and a model that cannot be made gives its
  /// own reason.
  Result<MusicModel*> find(const std::string& id);

  protocol::ModelsMessage describe();

  /// Frees every model; find() makes them anew.
  void unload();

 private:
  struct Entry {
    std::string id{};
    Factory make{};
    std::unique_ptr<MusicModel> model{};
  };
  static Result<MusicModel*> make(Entry& entry);

  std::vector<Entry> entries_{};
};

}  // namespace dgx::model
