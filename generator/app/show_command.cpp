// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>

#include "generator/app/command_line.hpp"
#include "generator/app/drawing/picture.hpp"
#include "generator/app/drawing/terminal_waveform.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/audio/wav_reader.hpp"
#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::app {
namespace {

using namespace protocol;

constexpr int kWaveformRows = 9;  // Odd: a middle line, and the ruler below.
constexpr int kWidestWaveform = 120;

struct ShowArguments {
  std::string take_id{};
  std::string picture{};
  bool json = false;
};

Result<Take> find_take(const std::string& take_id) {
  const auto settings = read_settings();
  if (!settings) return settings.error();
  auto store = history::HistoryStore::open(history_file(*settings), history::OpenMode::kReadOnly);
  if (!store) return std::move(store).error();
  return store->find_take(take_id);
}

std::string key_text(const Receipt& receipt) {
  const auto key = receipt.key ? parse_key(*receipt.key) : Result<Key>(Error{});
  if (!key) return "";
  Key major = *key;
  major.minor = false;
  return to_string(major) + (key->minor ? " minor" : " major");
}

PictureLabels labels_of(const Receipt& receipt) {
  PictureLabels labels;
  labels.title = std::filesystem::path(receipt.file_path).stem().string();
  labels.subtitle = escaped_for_terminal(receipt.prompt);
  const auto add = [&labels](const std::string& fact) {
    if (!fact.empty()) labels.facts.push_back(fact);
  };
  add(length_text(receipt.duration_seconds));
  if (receipt.tempo.bpm) add(number_text(*receipt.tempo.bpm) + " BPM");
  add(key_text(receipt));
  if (receipt.loudness.integrated_lufs) {
    add(one_decimal(*receipt.loudness.integrated_lufs) + " LUFS");
  }
  add(receipt.model.id + " model");
  labels.bpm = receipt.tempo.bpm;
  if (const auto meter = parse_meter(receipt.tempo.time_signature)) {
    labels.meter_numerator = meter->numerator;
    labels.meter_denominator = meter->denominator;
  }
  return labels;
}

// The picture is new or it is not made: no file of the person is ever replaced.
Status draw_picture(const std::string& path, const AudioClip& clip, const Receipt& receipt) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return error_from_errno(errno, "cannot create the picture " + path);
  Status drawn = write_picture(file.get(), clip, labels_of(receipt));
  if (!drawn) ::unlink(path.c_str());
  return drawn;
}

// A take that never got a file: what became of it.
int show_unfinished(const Take& take) {
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  print_line(STDOUT_FILENO,
             styled(terminal, Style::kBold, take.id) + "  " + std::string(to_string(take.status)));
  print_line(STDOUT_FILENO, "  " + escaped_for_terminal(take.prompt));
  if (!take.error_message.empty()) {
    print_line(STDOUT_FILENO, "  " + escaped_for_terminal(take.error_message));
  }
  return 0;
}

int show_finished(const ShowArguments& arguments, const Receipt& receipt) {
  const Terminal terminal = inspect_terminal(STDOUT_FILENO);
  const auto clip = read_wav(std::filesystem::path(receipt.file_path));
  if (clip && !arguments.picture.empty()) {
    if (Status drawn = draw_picture(arguments.picture, *clip, receipt); !drawn) {
      return report_error(drawn.error(), arguments.json);
    }
  }
  if (arguments.json) {
    print_line(STDOUT_FILENO, encode(receipt));
  } else {
    for (const std::string& line : describe_take(terminal, receipt)) {
      print_line(STDOUT_FILENO, line);
    }
    if (clip) {
      const int columns = std::min(terminal.columns - 1, kWidestWaveform);
      print_line(STDOUT_FILENO, "");
      for (const std::string& row : draw_waveform(*clip, columns, kWaveformRows, terminal.color)) {
        print_line(STDOUT_FILENO, row);
      }
    }
  }
  // The receipt has been shown all the same: it is what is left of the take.
  return clip ? 0 : report_error(clip.error(), false);
}

int run_show(const ShowArguments& arguments) {
  const auto take = find_take(arguments.take_id);
  if (!take) return report_error(take.error(), arguments.json);
  if (take->receipt_json.empty()) return show_unfinished(*take);
  const auto receipt = decode_receipt(take->receipt_json);
  if (!receipt) return report_error(receipt.error(), arguments.json);
  return show_finished(arguments, *receipt);
}

}  // namespace

void add_show_command(CommandLine& line) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = line.app.add_subcommand("show", "show the receipt and waveform of a take");
  command->add_option("take_id", arguments->take_id, "id of a take, or its last characters")
      ->required()
      ->option_text("TAKE_ID");
  command
      ->add_option("--png", arguments->picture, "draw waveform and spectrogram into this new file")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "print the receipt as JSON instead of text");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_show(*arguments); }; });
}

}  // namespace dgx::app
