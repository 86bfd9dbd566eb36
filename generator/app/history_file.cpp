// SPDX-License-Identifier: Apache-2.0
#include "generator/app/history_file.hpp"

#include <utility>

namespace dgx::app {

std::filesystem::path history_file(const Settings& settings) {
  return settings.places.data / "history.db";
}

Result<std::optional<history::HistoryStore>> read_history(const Settings& settings) {
  using history::HistoryStore;
  auto store = HistoryStore::open(history_file(settings), history::OpenMode::kReadOnly);
  if (store) return std::optional<HistoryStore>(*std::move(store));
  if (store.error().code == ErrorCode::kNotFound) return std::optional<HistoryStore>();
  return std::move(store).error();
}

}  // namespace dgx::app
