// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/layer_classes.h"

namespace dcnsim::oracle {
namespace {

bool cut(const RanLayer& r) { return r.run.steps > 1; }

bool is_strided(const InputSlice& slice) { return slice.stride_h > 1 || slice.stride_w > 1; }

bool has_zeros(const InputSlice& slice) { return slice.zeros_before + slice.zeros_after > 0; }

}  // namespace

std::vector<CaseClass<RanLayer>> slice_classes() {
  std::vector<CaseClass<RanLayer>> classes;
  for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
    const std::string name(to_string(kind));
    const auto add = [&](const std::string& what, bool (*holds)(const RanLayer&)) {
      classes.push_back(
          {name + what, [=](const RanLayer& r) { return r.layer.kind == kind && holds(r); }});
    };
    add(" of every so many-th row or column, in tiles", [](const RanLayer& r) {
      return is_strided(r.layer.input_slice) && !r.layer.input_on_chip && cut(r);
    });
    add(" with channels of zeros, in tiles", [](const RanLayer& r) {
      return has_zeros(r.layer.input_slice) && !r.layer.input_on_chip && cut(r);
    });
    add(" of a part of a map on chip",
        [](const RanLayer& r) { return r.layer.input_on_chip && r.layer.input_slice.any(); });
  }
  classes.push_back({"columns left out between strips", [](const RanLayer& r) {
                       return r.layer.input_slice.stride_w > 1 && r.layer.input_strip > 0 &&
                              r.layer.input_strip < r.layer.input_slice.width &&
                              !r.layer.input_on_chip;
                     }});
  classes.push_back({"columns left out of planes", [](const RanLayer& r) {
                       const int channels = r.layer.input_slice.map(r.layer.input_shape()).channels;
                       return r.layer.input_slice.stride_w > 1 && r.layer.input_segment > 0 &&
                              r.layer.input_segment < channels && !r.layer.input_on_chip;
                     }});
  classes.push_back({"a second operand with left-out columns and zeros", [](const RanLayer& r) {
                       return is_strided(r.layer.input2_slice) && has_zeros(r.layer.input2_slice);
                     }});
  classes.push_back({"groups of which some have zeros", [](const RanLayer& r) {
                       return r.layer.kind == LayerKind::kConv && r.layer.conv.groups > 1 &&
                              has_zeros(r.layer.input_slice);
                     }});
  classes.push_back({"windows that leave rows or columns out", [](const RanLayer& r) {
                       const ConvShape& c = r.layer.conv;
                       return r.layer.kind == LayerKind::kConv &&
                              ((c.kernel_h > 1 && c.gap_h > 0) || (c.kernel_w > 1 && c.gap_w > 0));
                     }});
  return classes;
}

}  // namespace dcnsim::oracle
