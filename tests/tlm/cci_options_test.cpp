// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/cci_options.h"

#include <gtest/gtest.h>

#include <string>

namespace dcnsim {
namespace {

/// The one broker of the process; it belongs to CCI's registry.
cci::cci_broker_handle broker() {
  static const bool registered = [] {
    cci::cci_register_broker(new cci_utils::broker("broker"));
    return true;
  }();
  static_cast<void>(registered);
  return cci::cci_get_global_broker(cci::cci_originator("test"));
}

/// CCI wants parameters inside a module.
struct Platform : sc_core::sc_module {
  CciOptions accelerator{"accelerator"};
  explicit Platform(const sc_core::sc_module_name& name) : sc_module(name) {}
};

template <typename T>
void preset(const std::string& name, const T& value) {
  broker().set_preset_cci_value(name, cci::cci_value(value));
}

TEST(CciOptions, without_a_preset_they_are_those_of_the_plain_struct) {
  broker();
  const Platform platform("unset");
  const AcceleratorOptions options = platform.accelerator.options();
  const AcceleratorOptions plain;
  EXPECT_EQ(platform.accelerator.file.get_value(), "");
  EXPECT_EQ(options.transport, plain.transport);
  EXPECT_EQ(options.quantum, plain.quantum);
  EXPECT_EQ(options.watchdog, plain.watchdog);
  EXPECT_EQ(options.incomplete_response, plain.incomplete_response);
}

TEST(CciOptions, presets_of_the_broker_arrive) {
  preset("set.accelerator.file", std::string("small_edge.yaml"));
  preset("set.accelerator.approximately_timed", true);
  preset("set.accelerator.quantum", sc_core::sc_time(1, sc_core::SC_US));
  preset("set.accelerator.watchdog", sc_core::SC_ZERO_TIME);
  preset("set.accelerator.incomplete_is_ok", true);
  const Platform platform("set");
  const AcceleratorOptions options = platform.accelerator.options();
  EXPECT_EQ(platform.accelerator.file.get_value(), "small_edge.yaml");
  EXPECT_EQ(options.transport, Transport::kApproximatelyTimed);
  EXPECT_EQ(options.quantum, sc_core::sc_time(1, sc_core::SC_US));
  EXPECT_EQ(options.watchdog, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(options.incomplete_response, IncompleteResponse::kOk);
}

TEST(CciOptions, a_quantum_of_zero_is_not_the_global_one) {
  preset("zero.accelerator.quantum", sc_core::SC_ZERO_TIME);
  const Platform platform("zero");
  EXPECT_EQ(platform.accelerator.options().quantum, sc_core::SC_ZERO_TIME);
}

TEST(CciOptions, every_parameter_says_what_it_is) {
  broker();
  const Platform platform("described");
  int described = 0;
  for (const cci::cci_param_handle& parameter : broker().get_param_handles()) {
    if (std::string(parameter.name()).rfind("described.", 0) != 0) continue;
    EXPECT_NE(parameter.get_description(), "") << parameter.name();
    ++described;
  }
  EXPECT_EQ(described, 5);
}

}  // namespace
}  // namespace dcnsim
