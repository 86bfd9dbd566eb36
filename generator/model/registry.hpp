// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/music_model.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::model {

/// The models that this engine knows, best first. A model is made when it is first asked for; one
/// that cannot be made is tried again when it is asked for again, and gives its reason.
/// Threads: one, the engine's render thread. Owns the models.
class ModelRegistry {
 public:
  using Factory = std::function<Result<std::unique_ptr<MusicModel>>()>;

  /// A model that can be made. `edition` stands for what it is made from: a model is kept as long
  /// as it is offered in the same edition.
  struct Offer {
    std::string id{};
    std::string edition{};
    Factory make{};
  };
  using Offers = std::function<std::vector<Offer>()>;

  ModelRegistry() = default;

  /// Asks for the offers before each answer, so that it sees what is installed and removed
  /// meanwhile.
  explicit ModelRegistry(Offers offers) : offers_(std::move(offers)) {}

  /// For registries whose models are known beforehand.
  void add(std::string id, Factory factory);

  /// The model; kNotFound names the models there are, and a model that cannot be made gives its
  /// own reason.
  Result<MusicModel*> find(const std::string& id);

  protocol::ModelsMessage describe();

  /// Frees every model; find() makes them anew.
  void unload();

 private:
  struct Entry {
    Offer offer{};
    std::unique_ptr<MusicModel> model{};
  };
  static Result<MusicModel*> make(Entry& entry);
  void update();

  Offers offers_{};
  std::vector<Entry> entries_{};
};

}  // namespace dgx::model
