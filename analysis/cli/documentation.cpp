// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/documentation.h"

#include <filesystem>

#include "analysis/cli/command_description.h"
#include "analysis/cli/completion.h"
#include "analysis/cli/man_page.h"
#include "analysis/cli/shipped_files.h"
#include "models/base/file/atomic_file.h"

namespace dcnsim::cli {

void write_documentation(const std::string& program, const CLI::App& app,
                         const std::string& folder) {
  const CommandDescription description = describe(program, app);
  const KnownNames names{shipped_data().network_names(), shipped_data().accelerator_names()};
  const auto write = [&](const std::string& kind, const std::string& name,
                         const std::string& text) {
    const std::filesystem::path into = std::filesystem::path(folder) / kind;
    std::filesystem::create_directories(into);
    write_file_atomically((into / name).string(), text);
  };
  for (const auto& [name, text] : man_pages(description, DCNSIM_VERSION)) write("man1", name, text);
  write("bash", program, bash_completion(description, names));
  write("zsh", "_" + program, zsh_completion(description, names));
  write("fish", program + ".fish", fish_completion(description, names));
}

}  // namespace dcnsim::cli
