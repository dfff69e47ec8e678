// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/version.h"

#include <fmt/format.h>
#include <openssl/opensslv.h>
#include <sqlite3.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "analysis/cli/console.h"
#include "analysis/cli/revision.h"
#include "models/base/text/wrap.h"

namespace dcnsim::cli {

std::string version_text(const std::string& program) {
#ifdef __clang__
  const std::string compiler = fmt::format("clang {}", __clang_version__);
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  const std::string libraries = fmt::format(
      "{}, SystemC {}, CLI11 {}, fmt {}.{}.{}, JSON {}.{}.{}, OpenSSL {}, SQLite {}, "
      "yaml-cpp {}, zlib {}",
      compiler, DCNSIM_SYSTEMC_VERSION, CLI11_VERSION, FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
      FMT_VERSION % 100, NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
      NLOHMANN_JSON_VERSION_PATCH, OPENSSL_VERSION_STR, SQLITE_VERSION, DCNSIM_YAML_CPP_VERSION,
      ZLIB_VERSION);
  return fmt::format("{} {} (revision {})\n{}\n", program, DCNSIM_VERSION, revision(),
                     wrapped(libraries, terminal_columns()));
}

}  // namespace dcnsim::cli
