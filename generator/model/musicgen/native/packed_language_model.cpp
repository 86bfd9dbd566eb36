// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/packed_language_model.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "generator/model/musicgen/kernels/packed_decoding.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

std::span<const float> floats_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// Reads a decoder's weights and packs them, each task a few rows from the file to their place, so
/// that reading is shared by the team and no matrix is ever held in floats.
class PackedLoader {
 public:
  PackedLoader(const Weights& weights, const DecoderConfig& config, ThreadTeam& team)
      : weights_(weights), config_(config), team_(team) {
    const std::int64_t widest = std::max(config.hidden_size, config.ffn_dim);
    for (int member = 0; member < team.size(); ++member) {
      members_.emplace_back().rows.resize(static_cast<std::size_t>(kRowsOfTask * widest));
    }
  }

  PackedDecoder load(bool cross_attention) {
    const std::string decoder = "decoder.model.decoder.";
    const std::int64_t width = config_.hidden_size;
    PackedDecoder loaded;
    loaded.config = config_;
    loaded.cross_attention = cross_attention;
    loaded.embedding = load_embedding(decoder + "embed_tokens.");
    for (std::int64_t i = 0; i < config_.num_hidden_layers; ++i) {
      loaded.layers.push_back(
          load_layer(decoder + "layers." + std::to_string(i) + ".", cross_attention));
    }
    loaded.final_norm = load_norm(decoder + "layer_norm");
    loaded.heads = PackedMatrix(config_.num_codebooks * config_.vocab_size, width);
    for (std::int64_t k = 0; k < config_.num_codebooks; ++k) {
      fill(loaded.heads, "decoder.lm_heads." + std::to_string(k), config_.vocab_size, width,
           [&](std::int64_t row) { return k * config_.vocab_size + row; });
    }
    return loaded;
  }

 private:
  using Place = std::function<std::int64_t(std::int64_t row)>;

  static constexpr std::int64_t kRowsOfTask = 16;

  /// What one thread of the team reads into, and what went wrong.
  struct Member {
    std::vector<float> rows{};
    Status outcome = ok();
  };

  void fill(PackedMatrix& matrix, const std::string& name, std::int64_t rows, std::int64_t columns,
            const Place& place) {
    const StoredMatrix stored = weights_.matrix(name + ".weight", rows, columns);
    const auto width = static_cast<std::size_t>(columns);
    team_.run((rows + kRowsOfTask - 1) / kRowsOfTask, [&](int number, std::int64_t task) {
      Member& member = members_[static_cast<std::size_t>(number)];
      const std::int64_t first = task * kRowsOfTask;
      const std::int64_t count = std::min(kRowsOfTask, rows - first);
      const auto floats = std::span(member.rows).first(static_cast<std::size_t>(count) * width);
      if (Status read = stored.read(first, floats); !read) {
        member.outcome = std::move(read);
        return;
      }
      for (std::int64_t row = 0; row < count; ++row) {
        matrix.set_row(place(first + row),
                       floats.subspan(static_cast<std::size_t>(row) * width, width));
      }
    });
    for (const Member& member : members_) {
      if (!member.outcome) throw Failure(member.outcome.error());
    }
  }

  [[nodiscard]] std::vector<float> load_embedding(const std::string& prefix) const {
    const std::int64_t rows = config_.vocab_size + 1;
    const auto size = static_cast<std::size_t>(rows * config_.hidden_size);
    std::vector<float> embedding(static_cast<std::size_t>(config_.num_codebooks) * size);
    for (std::int64_t k = 0; k < config_.num_codebooks; ++k) {
      const StoredMatrix stored =
          weights_.matrix(prefix + std::to_string(k) + ".weight", rows, config_.hidden_size);
      const Status read =
          stored.read(0, std::span(embedding).subspan(static_cast<std::size_t>(k) * size, size));
      if (!read) throw Failure(read.error());
    }
    return embedding;
  }

  [[nodiscard]] NormWeights load_norm(const std::string& name) const {
    const auto numbers = [&](const char* part) {
      const at::Tensor tensor = weights_.get(name + part, {config_.hidden_size});
      const auto values = floats_of(tensor);
      return std::vector<float>(values.begin(), values.end());
    };
    return {numbers(".weight"), numbers(".bias")};
  }

  [[nodiscard]] PackedMatrix load_matrix(const std::string& name, std::int64_t rows,
                                         std::int64_t columns) {
    PackedMatrix matrix(rows, columns);
    fill(matrix, name, rows, columns, [](std::int64_t row) { return row; });
    return matrix;
  }

  /// The projections `names`, interleaved by heads: what one head reads lies together.
  [[nodiscard]] PackedMatrix load_by_heads(const std::vector<std::string>& names) {
    const std::int64_t width = config_.hidden_size;
    const std::int64_t size = config_.head_size();
    const auto parts = static_cast<std::int64_t>(names.size());
    PackedMatrix matrix(parts * width, width);
    for (std::int64_t part = 0; part < parts; ++part) {
      fill(matrix, names[static_cast<std::size_t>(part)], width, width,
           [&](std::int64_t row) { return (row / size * parts + part) * size + row % size; });
    }
    return matrix;
  }

  [[nodiscard]] PackedLayer load_layer(const std::string& prefix, bool cross_attention) {
    const std::int64_t width = config_.hidden_size;
    const std::string attention = prefix + "self_attn.";
    PackedLayer layer;
    layer.attention_norm = load_norm(prefix + "self_attn_layer_norm");
    layer.query_key_value =
        load_by_heads({attention + "q_proj", attention + "k_proj", attention + "v_proj"});
    layer.attention_out = load_matrix(attention + "out_proj", width, width);
    if (cross_attention) {
      const std::string cross = prefix + "encoder_attn.";
      layer.cross_norm = load_norm(prefix + "encoder_attn_layer_norm");
      layer.cross_query = load_matrix(cross + "q_proj", width, width);
      layer.cross_key_value = load_by_heads({cross + "k_proj", cross + "v_proj"});
      layer.cross_out = load_matrix(cross + "out_proj", width, width);
    }
    layer.feed_forward_norm = load_norm(prefix + "final_layer_norm");
    layer.widen = load_matrix(prefix + "fc1", config_.ffn_dim, width);
    layer.narrow = load_matrix(prefix + "fc2", width, config_.ffn_dim);
    return layer;
  }

  const Weights& weights_;
  const DecoderConfig& config_;
  ThreadTeam& team_;
  std::vector<Member> members_{};
};

/// Holds what the conditions' tensors refer to while a decoding begins.
class Conditions {
 public:
  explicit Conditions(const std::vector<Condition>& rows) {
    for (const Condition& row : rows) {
      rows_.push_back({floats_of(keep(row.attended)), floats_of(keep(row.prefix))});
    }
  }
  [[nodiscard]] std::span<const PackedCondition> rows() const { return rows_; }

 private:
  const at::Tensor& keep(const at::Tensor& tensor) {
    kept_.push_back(tensor.defined() ? tensor.to(at::kFloat).contiguous() : tensor);
    return kept_.back();
  }

  std::vector<at::Tensor> kept_{};
  std::vector<PackedCondition> rows_{};
};

class PackedSteps final : public Decoding {
 public:
  PackedSteps(const PackedDecoder& decoder, ThreadTeam& team, const std::vector<Condition>& rows,
              std::int64_t columns, const std::stop_token& stop)
      : config_(decoder.config),
        decoding_(decoder, packed_kernels(), team, Conditions(rows).rows(), columns, stop) {}

  at::Tensor advance(const at::Tensor& codes, const std::stop_token& stop) override {
    const at::Tensor columns = codes.to(at::kLong).contiguous();
    at::Tensor logits =
        at::empty({codes.size(0), config_.num_codebooks, config_.vocab_size}, at::kFloat);
    const bool done = decoding_.advance(
        {columns.data_ptr<std::int64_t>(), static_cast<std::size_t>(columns.numel())},
        {logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel())}, stop);
    if (!done) throw Failure(ErrorCode::kCancelled, "cancelled");
    return logits;
  }

 private:
  const DecoderConfig& config_;
  PackedDecoding decoding_;
};

}  // namespace

const Kernels& packed_kernels() {
  return *kernels_here().front();
}

PackedLanguageModel::PackedLanguageModel(const Weights& weights, const DecoderConfig& config,
                                         bool cross_attention, int threads)
    : team_(std::make_unique<ThreadTeam>(threads)),
      decoder_(PackedLoader(weights, config, *team_).load(cross_attention)) {}

std::unique_ptr<Decoding> PackedLanguageModel::begin(const std::vector<Condition>& rows,
                                                     std::int64_t columns,
                                                     const std::stop_token& stop) const {
  return std::make_unique<PackedSteps>(decoder_, *team_, rows, columns, stop);
}

}  // namespace dgx::musicgen
