// SPDX-License-Identifier: Apache-2.0
// The colours of the page (analysis/report/page/style.css) in traces, as near as their viewers come
// to them. Neither format has colours. In ui.perfetto.dev a slice has that which a hash of its
// correlation id, else of its name, falls on: words with a number whose colour is near. In
// chrome://tracing it has one of some with names ("cname").
#pragma once

#include "analysis/trace/trace_file.h"

namespace dcnsim {

struct ColourNames {
  const char* correlation;  ///< "" for none
  const char* cname;
};

inline ColourNames names_of(TraceColour colour) {
  constexpr ColourNames kNames[kTraceColours] = {
      {"", ""},                                         // of its name
      {"computing.198", "rail_load"},                   // #009e73: #41a276, rgb(13, 168, 97)
      {"descriptor.818", "generic_work"},               // #8a9099: #3b859b, rgb(125, 125, 125)
      {"weights.218", "heap_dump_child_node_arrow"},    // #d55e00: #db753f, rgb(204, 102, 0)
      {"inputs.189", "rail_response"},                  // #0072b2: #3a75b2, rgb(67, 135, 253)
      {"outputs.730", "thread_state_uninterruptible"},  // #cc79a7: #f193c6, rgb(182, 125, 143)
      {"data.280", "thread_state_runnable"},            // #56b4e9: #58bbec, rgb(133, 160, 210)
      {"refresh.551", "rail_idle"},                     // #e69f00: #edb054, rgb(238, 142, 0)
  };
  return kNames[static_cast<std::size_t>(colour)];
}

}  // namespace dcnsim
