// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "generator/app/command_line.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/utf8.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/codec.hpp"

namespace dgx::app {
namespace {

namespace fs = std::filesystem;
using namespace protocol;

struct LicencesArguments {
  std::vector<std::string> names{};
  std::string session{};
};

// A region bears its take's name; behind it stand a dash and six characters, the part, or what
// Ardour adds to a copy. Words of the name have dashes as well, so each beginning may be a name:
// the longest first.
std::vector<std::string> possible_take_names(std::string name) {
  std::vector<std::string> names;
  if (name.find('/') != std::string::npos) return names;  // No file is called so.
  while (!name.empty()) {
    names.push_back(name);
    const std::size_t end = name.find_last_of("-.");
    name.resize(end == std::string::npos ? 0 : end);
  }
  return names;
}

/// The receipts of takes by their names: of the history, and of the session's own folder, which
/// may come from another machine.
class Receipts {
 public:
  Receipts(std::optional<history::HistoryStore> history, fs::path takes)
      : history_(std::move(history)), takes_(std::move(takes)) {}

  Result<std::vector<Receipt>> of(const std::string& take_name) {
    std::vector<Receipt> receipts;
    if (history_) {
      const auto takes = history_->takes_with_file(take_name + ".wav");
      if (!takes) return takes.error();
      for (const Take& take : *takes) {
        if (fs::path(take.file_path).stem() != take_name || take.receipt_json.empty()) continue;
        auto receipt = decode_receipt(take.receipt_json);
        if (!receipt) return std::move(receipt).error();
        receipts.push_back(*std::move(receipt));
      }
    }
    if (receipts.empty()) add_file(take_name, receipts);
    return receipts;
  }

 private:
  // A file of that name that is no receipt is somebody else's.
  void add_file(const std::string& take_name, std::vector<Receipt>& receipts) const {
    std::ifstream file(takes_ / (take_name + ".json"), std::ios::binary);
    if (takes_.empty() || !file) return;
    auto receipt = decode_receipt(std::string{std::istreambuf_iterator<char>(file), {}});
    if (receipt) receipts.push_back(*std::move(receipt));
  }

  std::optional<history::HistoryStore> history_;
  fs::path takes_;
};

std::string joined(const std::set<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : " or ") + escaped_for_terminal(text);
  }
  return all.empty() ? "-" : all;
}

// Two takes of one name lie in different folders; then each may be meant.
std::string line_about(const std::string& name, const std::vector<Receipt>& receipts) {
  std::set<std::string> models;
  std::set<std::string> licences;
  std::set<std::string> notices;
  for (const Receipt& receipt : receipts) {
    models.insert(receipt.model.id);
    licences.insert(receipt.model.licence);
    notices.insert(receipt.model.notice);
  }
  return escaped_for_terminal(name) + "\t" + joined(models) + "\t" + joined(licences) + "\t" +
         joined(notices);
}

Result<Receipts> open_receipts(const std::string& session) {
  const auto settings = read_settings();
  if (!settings) return settings.error();
  const fs::path takes = session.empty() ? fs::path() : fs::path(session) / "dgx-music/takes";
  auto store = read_history(*settings);
  if (!store) return std::move(store).error();
  return Receipts(*std::move(store), takes);
}

Result<std::string> describe(Receipts& known, const std::string& name) {
  for (const std::string& take_name : possible_take_names(name)) {
    const auto receipts = known.of(take_name);
    if (!receipts) return receipts.error();
    if (!receipts->empty()) return line_about(name, *receipts);
  }
  return line_about(name, {});
}

int run_licences(const LicencesArguments& arguments) {
  auto known = open_receipts(arguments.session);
  if (!known) return report_error(known.error(), false);
  for (const std::string& name : arguments.names) {
    const auto line = describe(*known, name);
    if (!line) return report_error(line.error(), false);
    print_line(STDOUT_FILENO, *line);
  }
  return 0;
}

}  // namespace

void add_licences_command(CommandLine& line) {
  const auto arguments = std::make_shared<LicencesArguments>();
  CLI::App* command = line.app.add_subcommand(
      "licences", "tell which model and licence regions or files of these names come from");
  command->add_option("names", arguments->names, "names of regions, or of files without their .wav")
      ->required()
      ->option_text("NAME...");
  command
      ->add_option("--session", arguments->session,
                   "Ardour session whose own receipts count where the history has none")
      ->type_name("FOLDER");
  command->callback(
      [&line, arguments] { line.run = [arguments] { return run_licences(*arguments); }; });
}

}  // namespace dgx::app
