// SPDX-License-Identifier: Apache-2.0
// AVX2: 16 registers of 8 floats.
#include "workloads/float_kernels/float_conv_body.h"

namespace dcnsim::float_kernels {

void conv_avx2(const FloatConv& conv) { conv_all<6, 2, 8>(conv); }

}  // namespace dcnsim::float_kernels
