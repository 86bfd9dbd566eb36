// SPDX-License-Identifier: Apache-2.0
// tokenizer_probe SPIECE_MODEL PROMPTS: one line of token ids for each prompt of a file that has a
// NUL after each. For scripts/parity.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "generator/model/musicgen/tokenizer.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto tokenizer = dgx::musicgen::Tokenizer::open(argv[1]);
  if (!tokenizer) {
    std::cerr << tokenizer.error().message << '\n';
    return 1;
  }
  std::ifstream file(argv[2], std::ios::binary);
  for (std::string prompt; std::getline(file, prompt, '\0');) {
    const auto ids = tokenizer->encode(prompt);
    if (!ids) {
      std::cerr << ids.error().message << '\n';
      return 1;
    }
    for (const auto id : *ids) std::cout << id << ' ';
    std::cout << '\n';
  }
  return 0;
}
