// SPDX-License-Identifier: Apache-2.0
// AcceleratorOptions and the machine's file as parameters of SystemC CCI, for platforms that are
// configured by a broker. Nothing else of dcnsim includes this header or needs CCI.
#pragma once

#include <cci_configuration>
#include <string>

#include "models/tlm/accelerator_options.h"

namespace dcnsim {

/// Made before the accelerator, in the module that has it: the parameters NAME.file, NAME.quantum
/// and so on below that module, with the values that the broker has been given before.
class CciOptions {
 public:
  explicit CciOptions(const std::string& name)
      : file(name + ".file", "", "accelerator file (YAML)"),
        approximately_timed(name + ".approximately_timed", false,
                            "the memory port speaks in phases"),
        quantum(name + ".quantum", sc_core::SC_ZERO_TIME,
                "how far the DMA runs ahead of simulated time; if not given, the global quantum"),
        watchdog(name + ".watchdog", AcceleratorOptions().watchdog,
                 "waiting for the memory after which a job says so; 0: never"),
        incomplete_is_ok(name + ".incomplete_is_ok", false,
                         "TLM_INCOMPLETE_RESPONSE of the memory means TLM_OK_RESPONSE") {}

  cci::cci_param<std::string, cci::CCI_IMMUTABLE_PARAM> file;
  cci::cci_param<bool, cci::CCI_IMMUTABLE_PARAM> approximately_timed;
  cci::cci_param<sc_core::sc_time, cci::CCI_IMMUTABLE_PARAM> quantum;
  cci::cci_param<sc_core::sc_time, cci::CCI_IMMUTABLE_PARAM> watchdog;
  cci::cci_param<bool, cci::CCI_IMMUTABLE_PARAM> incomplete_is_ok;

  AcceleratorOptions options() const {
    AcceleratorOptions options(approximately_timed.get_value() ? Transport::kApproximatelyTimed
                                                               : Transport::kLooselyTimed);
    if (quantum.is_preset_value()) options.quantum = quantum.get_value();
    options.watchdog = watchdog.get_value();
    options.incomplete_response =
        incomplete_is_ok.get_value() ? IncompleteResponse::kOk : IncompleteResponse::kError;
    return options;
  }
};

}  // namespace dcnsim
