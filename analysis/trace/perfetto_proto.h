// SPDX-License-Identifier: Apache-2.0
// The classes of perfetto.proto, without the warnings that generated code raises under our flags.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "analysis/trace/perfetto.pb.h"
#pragma GCC diagnostic pop
