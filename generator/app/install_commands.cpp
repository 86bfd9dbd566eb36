// SPDX-License-Identifier: Apache-2.0
#include "generator/app/install_commands.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "generator/app/interrupts.hpp"
#include "generator/app/question.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/app/transfer.hpp"
#include "generator/app/transfer_line.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/store/byte_text.hpp"
#include "generator/model/store/catalogue.hpp"
#include "generator/model/store/import_model.hpp"

namespace dgx::app {

Result<std::string> accept_licence(const std::string& id, bool accepted) {
  const std::string terms = "The weights of " + id + " are under " +
                            std::string(model::kMusicGenLicence) + " (" +
                            std::string(model::kMusicGenLicenceLink) +
                            "): what is made with them is not for commercial use.";
  if (accepted) {
    print_line(STDERR_FILENO, terms);
  } else if (Status agreed = ask(terms + " Accept?", "--accept-licence"); !agreed) {
    return agreed.error();
  }
  return now_rfc3339();
}

int report_installed(const Result<model::InstalledModel>& installed) {
  if (!installed) return report_error(installed.error(), false);
  std::uint64_t bytes = 0;
  for (const auto& file : installed->manifest.files) {
    bytes += static_cast<std::uint64_t>(file.size);
  }
  print_line(STDOUT_FILENO, installed->id.text() + " is installed, " + model::byte_text(bytes) +
                                " in " + escaped_for_terminal(installed->folder.string()));
  return 0;
}

namespace {

struct InstallArguments {
  std::string id{};
  std::string folder{};
  std::string licence{};
  bool link = false;
  bool accept_licence = false;
};

/// The id of an imported model: as said, or else the folder's own name.
Result<model::ModelId> imported_id(const InstallArguments& arguments,
                                   const std::filesystem::path& source) {
  if (!arguments.id.empty()) return model::ModelId::parse(arguments.id);
  auto id = model::ModelId::parse(source.filename().string());
  if (id) return id;
  return Error{id.error().code, id.error().message + "; --id gives the model another name"};
}

int run_import(const InstallArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  std::filesystem::path source = std::filesystem::absolute(arguments.folder).lexically_normal();
  if (!source.has_filename()) source = source.parent_path();  // It ended with a slash.
  const auto id = imported_id(arguments, source);
  if (!id) return report_error(id.error(), false);
  model::ImportOptions options{settings->places.data, source, *id, arguments.link,
                               arguments.licence,     {}};
  if (options.licence.empty()) {
    options.licence = model::kMusicGenLicence;
    const auto accepted = accept_licence(id->text(), arguments.accept_licence);
    if (!accepted) return report_error(accepted.error(), false);
    options.licence_accepted_at = *accepted;
  }
  const Interrupts interrupts;
  TransferLine line(inspect_terminal(STDERR_FILENO));
  const auto installed = model::import_model(
      options, [&line](const auto& progress) { line.show(progress); }, interrupts.token());
  line.clear();
  return report_installed(installed);
}

}  // namespace

void add_install_commands(CommandLine& line, CLI::App& models) {
  auto arguments = std::make_shared<InstallArguments>();
  const auto add_acceptance = [](CLI::App* command, bool& accepted) {
    command->add_flag("--accept-licence", accepted,
                      "accept the weights' licence, which is shown, without being asked");
  };

  auto wanted = std::make_shared<PullArguments>();
  CLI::App* pull = models.add_subcommand("pull", "fetch a model and install it");
  pull->add_option("id", wanted->id, "the model, as `models list` names it")
      ->option_text("ID")
      ->required();
  pull->add_option("--revision", wanted->revision, "branch, tag or commit to fetch")
      ->type_name("TEXT");
  add_acceptance(pull, wanted->accept_licence);
  pull->callback([&line, wanted] { line.run = [wanted] { return run_pull(*wanted); }; });

  CLI::App* import = models.add_subcommand("import", "install a model from a folder");
  import->add_option("folder", arguments->folder, "folder with config.json, weights, spiece.model")
      ->option_text("FOLDER")
      ->type_name("FOLDER")
      ->required();
  import->add_option("--id", arguments->id, "its name here, if not the folder's")
      ->type_name("TEXT");
  import
      ->add_option("--licence", arguments->licence,
                   "SPDX id of the weights' licence, if not MusicGen's CC-BY-NC-4.0")
      ->type_name("TEXT");
  import->add_flag("--link", arguments->link, "hard links instead of copies");
  add_acceptance(import, arguments->accept_licence);
  import->callback(
      [&line, arguments] { line.run = [arguments] { return run_import(*arguments);
};
}  // namespace dgx::app
);
}

}  // namespace dgx::app
