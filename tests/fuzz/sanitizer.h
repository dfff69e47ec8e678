// SPDX-License-Identifier: Apache-2.0
// Whether this is compiled for the address sanitizer, as gcc and clang say it.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define DCNSIM_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DCNSIM_ADDRESS_SANITIZER
#endif
#endif
