// SPDX-License-Identifier: Apache-2.0
// Shows what the parts of libdgx-musicgen compute, for scripts/parity to compare with the oracle.
// Arrays go in and out as raw little-endian numbers; their shapes are the caller's to know.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "generator/model/musicgen/native/failure.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"
#include "generator/model/musicgen/sampler.hpp"
#include "generator/model/musicgen/windows.hpp"

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

Placement placement_of(const std::string& dtype) {
  if (dtype == "int8") return {at::kCPU, kPackedType, 2};
  return {at::kCPU, dtype == "bf16" ? at::kBFloat16 : at::kFloat};
}

LoadedModel load(const std::string& folder, const Placement& placement) {
  const auto checkpoint = checked(Checkpoint::open(folder));
  auto config = checked(read_model_config(folder));
  return LoadedModel::load(checkpoint, std::move(config), placement, [](const auto&) {}, {});
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

// For each column of int64 [codebook][column], given in turn, the logits of the next with and
// without the prompt: [column][2][codebook][code].
void write_logits(const LoadedModel& model, const std::string& prompt, const std::string& columns,
                  std::ostream& out, const std::vector<float>& melody) {
  auto numbers = read_numbers<std::int64_t>(columns);
  const std::int64_t codebooks = model.config.decoder.num_codebooks;
  const auto count = static_cast<std::int64_t>(numbers.size()) / codebooks;
  const auto tokens = read_tokens(prompt);
  const ConditionPair pair = model.conditioner->condition(tokens, melody);
  const auto decoding = model.language_model->begin({pair.with_prompt, pair.without}, count, {});
  const at::Tensor all =
      at::from_blob(numbers.data(), {1, codebooks, count}, at::kLong).expand({2, -1, -1});
  for (std::int64_t column = 0; column < count; ++column) {
    write_tensor(out, decoding->advance(all.narrow(2, column, 1), {}));
  }
}

void write_codes(std::ostream& out, const Codes& codes) {
  for (const auto& row : codes) write_numbers(out, row.data(), row.size());
}

// Each window's begin, end and known frames, by the rule for takes beyond 30 s.
void write_windows(std::int64_t frames, std::int64_t prompt_frames, std::ostream& out) {
  for (const Window& window : plan_windows(frames, prompt_frames, 50)) {
    const std::array<std::int64_t, 3> numbers = {window.begin, window.end, window.known};
    write_numbers(out, numbers.data(), numbers.size());
  }
}

void write_defaults(std::ostream& out) {
  const Sampling sampling;
  const std::array<double, 4> numbers = {sampling.temperature, static_cast<double>(sampling.top_k),
                                         sampling.top_p, sampling.cfg_coef};
  write_numbers(out, numbers.data(), numbers.size());
}

// Words: WHAT OUT ARGUMENT...
void answer(const LoadedModel& model, const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  std::ofstream out(words.at(1), std::ios::binary);
  if (what == "text") {
    write_tensor(out, model.conditioner->text_encoder().encode(read_tokens(words.at(2))));
  } else if (what == "logits") {
    write_logits(model, words.at(2), words.at(3), out,
                 words.size() > 4 ? read_numbers<float>(words[4]) : std::vector<float>{});
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
  } else if (what == "windows") {
    write_windows(std::stoll(words.at(2)), std::stoll(words.at(3)), out);
  } else if (what == "defaults") {
    write_defaults(out);
  } else if (what == "probabilities") {
    const Sampling sampling{std::stod(words.at(3)), std::stoll(words.at(4)), std::stod(words.at(5)),
                            1.0};
    const auto chances = probabilities(read_numbers<float>(words.at(2)), sampling);
    write_numbers(out, chances.data(), chances.size());
  } else {
    throw std::runtime_error("unknown command " + what);
  }
}

std::string outcome(const LoadedModel& model, const std::string& line) {
  std::istringstream words(line);
  try {
    answer(model, {std::istream_iterator<std::string>(words), {}});
    return "done";
  } catch (const Failure& failure) {
    return failure.error().message;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

// dgx_musicgen_probe FOLDER int8|fp32|bf16: answers each line of standard input in a file and a
// line.
int main(int argc, char** argv) {
  const at::NoGradGuard no_gradients;
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const LoadedModel model = load(arguments.at(0), placement_of(arguments.at(1)));
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << outcome(model, line) << std::endl;
    }
    return 0;
  } catch (const Failure& failure) {
    std::cerr << failure.error().message << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
