// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "analysis/report/json_parts.h"
#include "analysis/report/run_report.h"
#include "models/base/table/csv_writer.h"

namespace dcnsim {
namespace {

struct Columns {
  std::vector<std::string> names, values;
};

/// Members of members are NAME.NAME. What changes to the machine would save are lists, which have
/// no place in a row.
void add_members(const Json& object, const std::string& prefix, Columns& columns) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix + key;
    if (key == "what_if" || key == "limits") continue;
    if (value.is_object()) {
      add_members(value, name + '.', columns);
    } else {
      columns.names.push_back(name);
      columns.values.push_back(value.is_null()     ? ""
                               : value.is_string() ? value.get<std::string>()
                                                   : value.dump());
    }
  }
}

}  // namespace

std::string layers_csv(const RunReport& report) {
  std::string text;
  for (const Json& layer : layers_json(report)) {
    Columns columns;
    add_members(layer, "", columns);
    if (text.empty()) text = csv_line(columns.names);
    text += csv_line(columns.values);
  }
  return text;
}

}  // namespace dcnsim
