// SPDX-License-Identifier: Apache-2.0
// Shows what the parts of libdgx-musicgen compute, for scripts/parity to compare with the oracle.
// Arrays go in and out as raw little-endian numbers; their shapes are the caller's to know.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "generator/model/musicgen/native/failure.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"

namespace {

using namespace dgx::musicgen;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename T>
std::vector<T> read_numbers(const std::string& path) {
  const std::string bytes = read_file(path);
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(numbers.data()));
  return numbers;
}

template <typename T>
void write_numbers(std::ostream& out, const T* numbers, std::size_t count) {
  out.write(reinterpret_cast<const char*>(numbers),
            static_cast<std::streamsize>(count * sizeof(T)));
}

void write_tensor(std::ostream& out, const at::Tensor& tensor) {
  const at::Tensor dense = tensor.to(at::kCPU, at::kFloat).contiguous();
  write_numbers(out, dense.data_ptr<float>(), static_cast<std::size_t>(dense.numel()));
}

template <typename T>
T checked(dgx::Result<T> result) {
  if (!result) throw Failure(std::move(result).error());
  return *std::move(result);
}

LoadedModel load(const std::string& folder) {
  const auto checkpoint = checked(Checkpoint::open(folder));
  return LoadedModel::load(checkpoint, checked(read_model_config(folder)), {}, [](const auto&) {},
                           {});
}

// Prompts come as token ids: what links libtorch cannot link SentencePiece.
std::vector<std::int32_t> read_tokens(const std::string& path) {
  return read_numbers<std::int32_t>(path);
}

Codes read_codes(const std::string& path, std::size_t codebooks) {
  const auto numbers = read_numbers<std::int32_t>(path);
  const auto frames = static_cast<std::ptrdiff_t>(numbers.size() / codebooks);
  Codes codes;
  for (auto row = numbers.begin(); row != numbers.end(); row += frames) {
    codes.emplace_back(row, row + frames);
  }
  return codes;
}

// logits FOLDER TOKENS COLUMNS OUT [MELODY]: for each column of int64 [codebook][column], given in
// turn, the logits of the next with and without the prompt: [column][2][codebook][code].
void write_logits(const LoadedModel& model, const std::string& prompt, const std::string& columns,
                  std::ostream& out, const std::vector<float>& melody) {
  auto numbers = read_numbers<std::int64_t>(columns);
  const std::int64_t codebooks = model.config.decoder.num_codebooks;
  const auto count = static_cast<std::int64_t>(numbers.size()) / codebooks;
  const auto tokens = read_tokens(prompt);
  const ConditionPair pair = model.conditioner->condition(tokens, melody);
  Decoding decoding(*model.language_model, {pair.with_prompt, pair.without}, count, {});
  const at::Tensor all =
      at::from_blob(numbers.data(), {1, codebooks, count}, at::kLong).expand({2, -1, -1});
  for (std::int64_t column = 0; column < count; ++column) {
    write_tensor(out, decoding.advance(all.narrow(2, column, 1), {}));
  }
}

void write_codes(std::ostream& out, const Codes& codes) {
  for (const auto& row : codes) write_numbers(out, row.data(), row.size());
}

void run(const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  const LoadedModel model = load(words.at(1));
  std::ofstream out(words.at(words.size() - 1), std::ios::binary);
  if (what == "text") {
    write_tensor(out, model.conditioner->text_encoder().encode(read_tokens(words.at(2))));
  } else if (what == "logits") {
    const bool melody = words.size() > 5;
    write_logits(model, words.at(2), words.at(3), out,
                 melody ? read_numbers<float>(words.at(4)) : std::vector<float>{});
  } else if (what == "decode") {
    const auto codebooks = static_cast<std::size_t>(model.config.decoder.codebooks_per_channel());
    const auto samples =
        model.codec->decode(read_codes(words.at(2), codebooks), [](std::int64_t) {}, {});
    write_numbers(out, samples.data(), samples.size());
  } else if (what == "embed") {
    write_tensor(out, model.codec->embed(read_numbers<float>(words.at(2)), {}));
  } else if (what == "encode") {
    write_codes(out, model.codec->encode(read_numbers<float>(words.at(2)), {}));
  } else if (what == "chroma") {
    const ChromaExtractor chroma(model.config.melody.value());
    const auto classes = chroma.pitch_classes(read_numbers<float>(words.at(2)));
    write_numbers(out, classes.data(), classes.size());
  } else {
    throw std::runtime_error("unknown command " + what);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const at::NoGradGuard no_gradients;
  try {
    run({argv + 1, argv + argc});
    return 0;
  } catch (const Failure& failure) {
    std::cerr << failure.error().message << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
