// SPDX-License-Identifier: Apache-2.0
#include "generator/model/registry.hpp"

#include <utility>

namespace dgx::model {

void ModelRegistry::add(std::string id, Factory factory) {
  entries_.push_back({std::move(id), std::move(factory), nullptr});
}

Result<MusicModel*> ModelRegistry::make(Entry& entry) {
  if (entry.model) return entry.model.get();
  auto made = entry.make();
  if (!made) return std::move(made).error();
  entry.model = *std::move(made);
  return entry.model.get();
}

Result<MusicModel*> ModelRegistry::find(const std::string& id) {
  std::string known;
  for (Entry& entry : entries_) {
    if (entry.id == id) return make(entry);
    known += (known.empty() ? "" : ", ") + entry.id;
  }
  return Error{ErrorCode::kNotFound,
               "model must be one of the installed models (" + known + "), got " + id, "model"};
}

protocol::ModelsMessage ModelRegistry::describe() {
  protocol::ModelsMessage message;
  for (Entry& entry : entries_) {
    if (auto model = make(entry)) {
      message.models.push_back((*model)->describe());
    } else {
      message.unavailable.push_back({entry.id, std::move(model).error()});
    }
  }
  return message;
}

void ModelRegistry::unload() {
  for (Entry& entry : entries_) entry.model.reset();
}

}  // namespace dgx::model
