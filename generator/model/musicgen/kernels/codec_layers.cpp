// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/codec_layers.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace dgx::musicgen {
namespace {

// One task of a product: few rows, whose input stays near, or few panels, whose weights do.
constexpr std::int64_t kRowsOfTask = 96;
constexpr std::int64_t kPanelsOfTask = 4;
constexpr std::int64_t kFloatsOfTask = 16'384;
constexpr std::int64_t kBlocksOfTask = 8;

constexpr std::int64_t kGates = 4;

std::size_t size(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

std::int64_t count_of(std::span<const float> values) {
  return static_cast<std::int64_t>(values.size());
}

std::int64_t tasks_for(std::int64_t count, std::int64_t each) {
  return (count + each - 1) / each;
}

void append(SignalRows& signal, std::span<const float> rows) {
  signal.insert(signal.end(), rows.begin(), rows.end());
}

void drop_front(SignalRows& signal, std::int64_t floats) {
  signal.erase(signal.begin(), signal.begin() + floats);
}

}  // namespace

void CodecWorkers::multiply(const FloatProduct& product, std::int64_t rows,
                            std::int64_t panels) const {
  const std::int64_t across = tasks_for(panels, kPanelsOfTask);
  team.run(tasks_for(rows, kRowsOfTask) * across, [&](int, std::int64_t task) {
    const std::int64_t row = task / across * kRowsOfTask;
    const std::int64_t panel = task % across * kPanelsOfTask;
    kernels.multiply(product, {row, std::min(row + kRowsOfTask, rows), panel,
                               std::min(panel + kPanelsOfTask, panels)});
  });
}

void CodecWorkers::elu(std::span<const float> input, float* output) const {
  const std::int64_t count = count_of(input);
  team.run(tasks_for(count, kFloatsOfTask), [&](int, std::int64_t task) {
    const std::int64_t first = task * kFloatsOfTask;
    kernels.elu(input.data() + first, std::min(kFloatsOfTask, count - first), output + first);
  });
}

// Which row of the signal stands at a place before its begin or behind its end; none: zeros. A
// reflection needs more rows than it makes: a shorter signal is first lengthened by zeros.
std::optional<std::int64_t> PaddedSignal::source_of(std::int64_t place) const {
  std::int64_t source = place;
  if (place < 0 || place >= length_) {
    switch (mode_) {
      case PadMode::kConstant:
        return std::nullopt;
      case PadMode::kReplicate:
        return std::clamp<std::int64_t>(place, 0, length_ - 1);
      case PadMode::kReflect:
        break;
    }
    const std::int64_t lengthened = std::max(length_, left_ + 1);
    if (place < 0) source = -place;
    if (place >= lengthened) source = 2 * (lengthened - 1) - place;
  }
  if (source >= length_) return std::nullopt;
  return source;
}

std::vector<float> PaddedSignal::row_for(std::int64_t place) const {
  const auto source = source_of(place);
  if (!source) return std::vector<float>(size(width_));
  const auto row = rows_.begin() + (*source - first_) * width_;
  return {row, row + width_};
}

void PaddedSignal::feed(std::span<const float> rows, bool last) {
  append(rows_, rows);
  length_ += count_of(rows) / width_;
  if (!begun_ && (length_ > left_ || last)) {
    SignalRows before;
    for (std::int64_t place = -left_; place < 0; ++place) append(before, row_for(place));
    rows_.insert(rows_.begin(), before.begin(), before.end());
    first_ = -left_;
    begun_ = true;
  }
  if (!last) return;
  SignalRows after;
  for (std::int64_t i = 0; i < reach_ - 1 - left_; ++i) append(after, row_for(length_ + i));
  append(rows_, after);
}

std::int64_t PaddedSignal::ready() const {
  if (!begun_) return 0;
  return std::max<std::int64_t>(count_of(rows_) / width_ - (reach_ - 1), 0);
}

void PaddedSignal::drop(std::int64_t rows) {
  drop_front(rows_, rows * width_);
  first_ += rows;
}

void ConvolutionStream::feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
                             SignalRows& output) {
  signal_.feed(rows, last);
  const std::int64_t count = signal_.ready();
  const FloatPanels& weights = layer_.weights;
  output.resize(size(count * weights.columns()));
  FloatProduct product;
  product.input = signal_.data();
  product.row_stride = layer_.in;
  product.taps = layer_.kernel;
  product.tap_stride = layer_.dilation * layer_.in;
  product.tap_width = layer_.in;
  product.weights = weights.values();
  product.bias = weights.bias();
  product.columns = weights.columns();
  product.output = output.data();
  workers.multiply(product, count, weights.panels());
  signal_.drop(count);
}

UpsamplingStream::UpsamplingStream(const CodecUpsampling& layer)
    : layer_(layer), rows_(size(layer.in)) {}

// Row t of the product is samples t * stride and on of the whole transposed convolution, of which
// stride - stride / 2 are cut off in front and the others of one stride in the end.
void UpsamplingStream::feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
                            SignalRows& output) {
  const std::int64_t cut = layer_.stride - layer_.stride / 2;
  rows_.resize(size(layer_.in) + rows.size());
  workers.elu(rows, rows_.data() + layer_.in);
  if (last) rows_.resize(rows_.size() + size(layer_.in));
  const std::int64_t count = count_of(rows_) / layer_.in - 1;
  const FloatPanels& weights = layer_.weights;
  output.resize(size(count * weights.columns()));
  FloatProduct product;
  product.input = rows_.data();
  product.row_stride = layer_.in;
  product.tap_width = 2 * layer_.in;
  product.weights = weights.values();
  product.bias = weights.bias();
  product.columns = weights.columns();
  product.output = output.data();
  workers.multiply(product, count, weights.panels());
  drop_front(rows_, count * layer_.in);
  if (last) output.resize(output.size() - size((layer_.stride - cut) * layer_.out));
  if (!begun_ && count > 0) {
    drop_front(output, cut * layer_.out);
    begun_ = true;
  }
}

void ResidualStream::feed(const CodecWorkers& workers, std::span<const float> rows, bool last,
                          SignalRows& output) {
  append(waiting_, rows);
  activated_.resize(rows.size());
  workers.elu(rows, activated_.data());
  first_.feed(workers, activated_, last, inner_);
  workers.elu(inner_, inner_.data());
  const std::int64_t count = count_of(inner_) / layer_.second.in;
  const FloatPanels& weights = layer_.second.weights;
  const std::int64_t floats = count * weights.columns();
  output.assign(waiting_.begin(), waiting_.begin() + floats);
  drop_front(waiting_, floats);
  FloatProduct product;
  product.input = inner_.data();
  product.row_stride = layer_.second.in;
  product.tap_width = layer_.second.in;
  product.weights = weights.values();
  product.bias = weights.bias();
  product.columns = weights.columns();
  product.output = output.data();
  product.accumulate = true;
  workers.multiply(product, count, weights.panels());
}

RecurrentStream::RecurrentStream(const std::vector<CodecRecurrence>& layers) : layers_(layers) {
  for (const CodecRecurrence& layer : layers) {
    memories_.push_back(
        {std::vector<float>(size(layer.width)), std::vector<float>(size(layer.width))});
  }
}

void RecurrentStream::feed(const CodecWorkers& workers, std::span<const float> rows,
                           SignalRows& output) {
  output.assign(rows.begin(), rows.end());
  for (std::size_t i = 0; i < layers_.size(); ++i) run(workers, layers_[i], memories_[i], output);
  if (layers_.empty()) return;
  std::transform(output.begin(), output.end(), rows.begin(), output.begin(), std::plus<>());
}

void RecurrentStream::run(const CodecWorkers& workers, const CodecRecurrence& layer, Memory& memory,
                          SignalRows& rows) {
  const std::int64_t width = layer.width;
  const std::int64_t count = count_of(rows) / width;
  const std::int64_t blocks = width / kLanes;
  gates_.resize(size(count * kGates * width));
  FloatProduct product;
  product.input = rows.data();
  product.row_stride = width;
  product.tap_width = width;
  product.weights = layer.from_input.values();
  product.bias = layer.from_input.bias();
  product.columns = kGates * width;
  product.output = gates_.data();
  workers.multiply(product, count, layer.from_input.panels());
  for (std::int64_t t = 0; t < count; ++t) {
    RecurrentStep step;
    step.weights = layer.from_state.data();
    step.inputs = &gates_[size(t * kGates * width)];
    step.state = memory.state.data();
    step.cell = memory.cell.data();
    step.new_state = &rows[size(t * width)];
    step.width = width;
    workers.team.run(tasks_for(blocks, kBlocksOfTask), [&](int, std::int64_t task) {
      workers.kernels.recur(step, task * kBlocksOfTask,
                            std::min((task + 1) * kBlocksOfTask, blocks));
    });
    std::copy_n(step.new_state, width, memory.state.begin());
  }
}

}  // namespace dgx::musicgen
