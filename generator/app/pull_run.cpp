// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <string>

#include "generator/app/install_commands.hpp"
#include "generator/app/interrupts.hpp"
#include "generator/app/report.hpp"
#include "generator/app/settings.hpp"
#include "generator/app/transfer.hpp"
#include "generator/app/transfer_line.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/hub/pull_model.hpp"
#include "generator/model/store/catalogue.hpp"

namespace dgx::app {
namespace {

Error unknown_model(const std::string& id) {
  std::string known;
  for (const model::KnownModel& entry : model::known_models()) {
    known += (known.empty() ? "" : ", ") + std::string(entry.id);
  }
  return {ErrorCode::kNotFound,
          "no model called " + escaped_for_terminal(id) + " can be pulled; there are " + known +
              "; any other can be imported from a folder",
          "model"};
}

}  // namespace

int run_pull(const PullArguments& arguments) {
  const auto settings = read_settings();
  if (!settings) return report_error(settings.error(), false);
  const auto id = model::ModelId::parse(arguments.id);
  if (!id) return report_error(id.error(), false);
  const model::KnownModel* known = model::find_known_model(arguments.id);
  if (known == nullptr) return report_error(unknown_model(arguments.id), false);
  const auto accepted = accept_licence(arguments.id, arguments.accept_licence);
  if (!accepted) return report_error(accepted.error(), false);
  model::PullOptions options;
  options.data_folder = settings->places.data;
  options.hub.base_url = settings->hub_url;
  options.revision = arguments.revision;
  options.licence_accepted_at = *accepted;
  const Interrupts interrupts;
  TransferLine line(inspect_terminal(STDERR_FILENO));
  const auto installed = model::pull_model(
      *known, options, [&line](const auto& progress) { line.show(progress); }, interrupts.token());
  line.clear();
  return report_installed(installed);
}

}  // namespace dgx::app
