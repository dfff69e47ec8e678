// SPDX-License-Identifier: Apache-2.0
// What the models report through SystemC while one of these lives, instead of printing it.
#pragma once

#include <map>
#include <string>
#include <systemc>
#include <vector>

namespace dcnsim {

class ToldReports {
 public:
  ToldReports() {
    told().clear();
    sc_core::sc_report_handler::set_handler(&ToldReports::take);
  }
  ~ToldReports() { sc_core::sc_report_handler::set_handler(nullptr); }
  ToldReports(const ToldReports&) = delete;
  ToldReports& operator=(const ToldReports&) = delete;

  /// The messages of a type of models/tlm/reports.h, in the order in which they came.
  const std::vector<std::string>& of(const std::string& type) const { return told()[type]; }

 private:
  static std::map<std::string, std::vector<std::string>>& told() {
    static std::map<std::string, std::vector<std::string>> messages;
    return messages;
  }
  static void take(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    const std::string type = report.get_msg_type();
    if (type.rfind("/dcnsim/", 0) == 0 && report.get_severity() == sc_core::SC_WARNING) {
      told()[type].emplace_back(report.get_msg());
    } else {
      sc_core::sc_report_handler::default_handler(report, actions);
    }
  }
};

}  // namespace dcnsim
