// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "generator/model/musicgen/kernels/codec_decoder.hpp"
#include "generator/model/musicgen/kernels/thread_team.hpp"

// The layers of EnCodec's decoder, each fed piece by piece. A layer gives what is final, and keeps
// what it needs for the next piece: where a signal is cut changes no bit of what comes out.
// `last` says that the signal ends with this piece.
namespace dgx::musicgen {

/// Where the layers' sums are made.
struct CodecWorkers {
  const CodecKernels& kernels;
  ThreadTeam& team;

  void multiply(const FloatProduct& product, std::int64_t rows, std::int64_t panels) const;
  void elu(std::span<const float> input, float* output) const;
};

/// Rows of a signal, one after another.
using SignalRows = std::vector<float>;

/// A signal with what a convolution sees beyond its ends (EncodecConv1d._pad1d).
class PaddedSignal {
 public:
  /// `reach`: rows that one row of the output is made of, at least 1.
  PaddedSignal(std::int64_t width, std::int64_t reach, PadMode mode)
      : width_(width), reach_(reach), left_(reach / 2), mode_(mode) {}

  void feed(std::span<const float> rows, bool last);
  /// Rows of output that can be made; the first is made of data() and what follows.
  [[nodiscard]] std::int64_t ready() const;
  [[nodiscard]] const float* data() const { return rows_.data(); }
  /// Forgets what only the first `rows` rows of the output are made of.
  void drop(std::int64_t rows);

 private:
  [[nodiscard]] std::optional<std::int64_t> source_of(std::int64_t place) const;
  [[nodiscard]] std::vector<float> row_for(std::int64_t place) const;

  std::int64_t width_;
  std::int64_t reach_;
  std::int64_t left_;  ///< Rows before the first; the others, of which there may be fewer, after it
  PadMode mode_;
  bool begun_ = false;
  std::int64_t first_ = 0;   ///< Place in the signal of the first row kept
  std::int64_t length_ = 0;  ///< Rows of the signal so far
  SignalRows rows_{};
};

class ConvolutionStream {
 public:
  ConvolutionStream(const CodecConvolution& layer, PadMode mode)
      : layer_(layer), signal_(layer.in, (layer.kernel - 1) * layer.dilation + 1, mode) {}

  /// Replaces `output`.
  void feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
            SignalRows& output);

 private:
  const CodecConvolution& layer_;
  PaddedSignal signal_;
};

/// ELU, then the transposed convolution.
class UpsamplingStream {
 public:
  explicit UpsamplingStream(const CodecUpsampling& layer);

  void feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
            SignalRows& output);

 private:
  const CodecUpsampling& layer_;
  bool begun_ = false;
  SignalRows rows_{};  ///< The row before, then the new ones
};

/// x + second(ELU(first(ELU(x)))).
class ResidualStream {
 public:
  ResidualStream(const CodecResidual& layer, PadMode mode)
      : layer_(layer), first_(layer.first, mode) {}

  void feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
            SignalRows& output);

 private:
  const CodecResidual& layer_;
  ConvolutionStream first_;
  SignalRows waiting_{};  ///< Rows of x that first_ has not answered yet
  SignalRows activated_{};
  SignalRows inner_{};
};

/// The recurrent layers, with their input added to what they make. They look at nothing ahead.
class RecurrentStream {
 public:
  explicit RecurrentStream(const std::vector<CodecRecurrence>& layers);

  void feed(const CodecWorkers& workers, std::span<const float> rows, SignalRows& output);

 private:
  struct Memory {
    std::vector<float> state{};
    std::vector<float> cell{};
  };
  void run(const CodecWorkers& workers, const CodecRecurrence& layer, Memory& memory,
           SignalRows& rows);

  const std::vector<CodecRecurrence>& layers_;
  std::vector<Memory> memories_{};
  SignalRows gates_{};
};

}  // namespace dgx::musicgen
