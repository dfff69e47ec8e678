// SPDX-License-Identifier: Apache-2.0
// SystemC as dcnsim takes it, 2.3.3 to 3.0: the compilation stops where the C++ standard or the
// version is another than that of the library, which would not link, or link and not work.
#pragma once

#if __cplusplus != 201703L
#error "dcnsim: compile as C++17: SystemC links only with the C++ standard it was built for"
#endif

#include <systemc>

#define DCNSIM_SYSTEMC_VERSION \
  (SC_VERSION_MAJOR * 10000 + SC_VERSION_MINOR * 100 + SC_VERSION_PATCH)

/// What the library was built with; 0 here, where both are compiled together. In the copy of this
/// header that users include it is the version's number, as 20304 (platform/cmake).
#define DCNSIM_BUILT_WITH_SYSTEMC 0

#if DCNSIM_BUILT_WITH_SYSTEMC != 0 && DCNSIM_BUILT_WITH_SYSTEMC != DCNSIM_SYSTEMC_VERSION
#error "dcnsim: built with another version of SystemC: use that one, or build dcnsim with yours"
#endif

/// Says whose member functions SC_THREAD and SC_METHOD take; 3.0 deprecates saying it.
#if IEEE_1666_SYSTEMC >= 202301L
#define DCNSIM_PROCESSES_OF(module) static_assert(true)
#else
#define DCNSIM_PROCESSES_OF(module) SC_HAS_PROCESS(module)
#endif
