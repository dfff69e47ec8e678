// SPDX-License-Identifier: Apache-2.0
// Results of earlier runs: JSON, traces, and the records that sweeps keep.
#include <stdexcept>

#include "analysis/report/allocation_report.h"
#include "analysis/report/finetune_report.h"
#include "analysis/report/page/page.h"
#include "analysis/report/result_summary.h"
#include "analysis/sweep/allocations.h"
#include "analysis/sweep/evaluation.h"
#include "analysis/trace/timeline.h"
#include "analysis/trace/trace_reader.h"
#include "models/base/json/document.h"
#include "models/base/text/printable.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

std::size_t scripts(const std::string& page) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = page.find("<script", at)) != std::string::npos; ++at) ++count;
  return count;
}

/// Of a page whose texts are harmless.
std::size_t usual_scripts(const std::string& page) {
  static const std::size_t usual = scripts(page);
  return usual;
}

/// The reader of each kind in turn; the last one's refusal is told.
template <class First, class... Others>
void all_of(const First& first, const Others&... others) {
  if constexpr (sizeof...(others) == 0) {
    first();
  } else {
    try {
      first();
    } catch (const std::runtime_error& e) {
      require(printable(e.what(), 2000) == e.what(), e.what());
    }
    all_of(others...);
  }
}

/// What a record is written as is read to the same.
template <class Parse>
void survives(const std::string& bytes, const Parse& parse) {
  const std::string written = to_bytes(parse(bytes));
  must("what was written is read",
       [&] { require(to_bytes(parse(written)) == written, "a record survives its bytes"); });
}

}  // namespace

void read_result(const std::string& bytes) {
  all_of(
      [&] {
        const std::string page = report_page({{"f", bytes}});
        require(scripts(page) == usual_scripts(page), "no text of a result becomes markup");
      },
      [&] { load_finetune_report(file_with("finetune.json", bytes)); },
      [&] { load_allocation_report(file_with("allocation.json", bytes)); },
      [&] {
        const std::string text = summarize_result(parse_json(bytes, "f"), "f");
        for (const char c : text) {
          require(c == '\n' || static_cast<unsigned char>(c) >= 0x20,
                  "tables hold no control bytes");
        }
      });
}

void read_trace(const std::string& bytes) {
  for (const DrawnSlice& slice : dcnsim::read_trace(bytes)) {
    if (!slice.is_layer()) continue;
    timeline_script(bytes, {slice.name}, PictureFormat::kSvg);
    return;
  }
}

void read_record(const std::string& bytes) {
  all_of([&] { survives(bytes, allocation_record); }, [&] { survives(bytes, timing_record); },
         [&] {
           const std::string json = allocations_to_json(allocations_from_json(bytes, "f"));
           must("what was written is read", [&] {
             require(allocations_to_json(allocations_from_json(json, "f")) == json,
                     "allocations survive their text");
           });
         });
}

}  // namespace dcnsim::fuzz
