// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_parts.h"

namespace dcnsim {
namespace {

/// Null if all values are zero.
Json values_json(const Distribution& values) {
  if (values.count == 0) return nullptr;
  return {{"zeros", values.zeros},
          {"others", values.count},
          {"low", values.low},
          {"high", values.high},
          {"magnitudes", values.magnitudes},
          {"histogram", values.counts},
          {"beyond_share", values.beyond},
          {"to_zero_share", values.below_half_step}};
}

}  // namespace

Json range_json(const TensorRange& t) {
  return {{"name", t.name},
          {"format", to_string(t.choice.format)},
          {"sqnr_db", decibels(t.choice.sqnr_db())},
          {"clipping_share", t.clipping},
          {"range", {{"low", t.range.low}, {"high", t.range.high}, {"step", t.range.step}}},
          {"values", values_json(t.values)}};
}

}  // namespace dcnsim
