// SPDX-License-Identifier: Apache-2.0
// Any processor: 16 registers of 4 floats.
#include "workloads/float_kernels/float_conv_body.h"

namespace dcnsim::float_kernels {

void conv_baseline(const FloatConv& conv) { conv_all<3, 4, 4>(conv); }

}  // namespace dcnsim::float_kernels
