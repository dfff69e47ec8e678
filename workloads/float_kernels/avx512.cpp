// SPDX-License-Identifier: Apache-2.0
// AVX-512: 32 registers of 16 floats, 16 of them for sums.
#include "workloads/float_kernels/float_conv_body.h"

namespace dcnsim::float_kernels {

void conv_avx512(const FloatConv& conv) { conv_all<8, 2, 16>(conv); }

}  // namespace dcnsim::float_kernels
