// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/confidence.h"
#include "analysis/report/page/page_data.h"

namespace dcnsim::page {
namespace {

/// Images and their labels, as far as a result says.
std::vector<std::string> images_of(const Fields& run) {
  std::vector<std::string> digests{std::to_string(run.count("/images"))};
  for (const Fields& input : run.list("/inputs")) {
    const std::string role = input.text("/role");
    if (role == "images" || role == "labels") digests.push_back(input.text("/sha256"));
  }
  return digests;
}

/// Which images were right; nothing in results of earlier versions.
std::optional<std::string> right_of(const Fields& run) {
  if (!run.has("/accuracy/right")) return std::nullopt;
  const std::string right = run.exact_text("/accuracy/right");
  if (right.size() != run.count("/images") || right.find_first_not_of("01") != std::string::npos) {
    run.fail("/accuracy/right", "expected a 0 or 1 for each of the images");
  }
  return right;
}

Json said(bool differ, const std::string& why) { return {{"differ", differ}, {"why", why}}; }

}  // namespace

Json accuracy_pair(const Fields& first, const Fields& other, std::string_view tag) {
  for (const Fields* run : {&first, &other}) {
    if (!run->number_or_null("/accuracy/top1")) return nullptr;
  }
  if (images_of(first) != images_of(other)) {
    return said(false, "not comparable: of different images");
  }
  const auto a = right_of(first), b = right_of(other);
  if (!a || !b) return said(false, "unknown: a result does not say which images are right");
  const PairedTest test = mcnemar(*a, *b);
  return said(
      test.differ(),
      fmt::format("{} images right in A alone, {} in {} alone: {} (McNemar, p {})", test.only_first,
                  test.only_second, tag, test.differ() ? "they differ" : "no difference to be seen",
                  test.p < 0.001 ? "< 0.001" : fmt::format("= {:.2g}", test.p)));
}

}  // namespace dcnsim::page
