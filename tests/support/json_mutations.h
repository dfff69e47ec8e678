// SPDX-License-Identifier: Apache-2.0
// Documents that are wrong in one place, for the tests of whatever reads JSON.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "tests/support/tries.h"

namespace dcnsim {

/// Calls visit(pointer, changed) for every value inside `document`, replaced by something else or
/// taken away.
template <class Visit>
void for_every_mutation(const nlohmann::ordered_json& document, const Visit& visit,
                        const std::string& place = "") {
  using Document = nlohmann::ordered_json;
  const Document& part = document[Document::json_pointer(place)];
  if (!part.is_structured()) return;
  for (const auto& [key, value] : part.items()) {
    const std::string pointer = place + "/" + key;
    const Document::json_pointer where(pointer);
    for (const Document& other :
         {Document(nullptr), Document("x"), Document(true), Document(-1), Document(-1.5),
          Document(1e300), Document(1e308), Document(-1e308), Document(std::uint64_t{1} << 63U),
          Document::array(), Document::object(), Document::array({Document::array()}),
          Document{{"0", 1}, {"1", 1}, {"2", 1}}}) {
      Document changed = document;
      changed[where] = other;
      visit(pointer, changed);
    }
    Document changed = document;
    Document& parent = changed[where.parent_pointer()];
    if (parent.is_object()) {
      parent.erase(key);
    } else {
      parent.erase(std::stoul(key));
    }
    visit(pointer, changed);
    for_every_mutation(document, visit, pointer);
  }
}

/// The same, of which those who try few see every 11th: each value becomes other things.
template <class Visit>
void for_each_mutation(const nlohmann::ordered_json& document, const Visit& visit) {
  std::size_t count = 0;
  const std::size_t every = tries_few() ? 11 : 1;
  for_every_mutation(document, [&](const std::string& pointer, const auto& changed) {
    if (count++ % every == 0) visit(pointer, changed);
  });
}

/// The reader takes the document, or throws one clean line that begins with `begin`.
template <class Read>
void expect_clean_refusal(const Read& read, const std::string& begin, const std::string& about) {
  try {
    read();
  } catch (const std::runtime_error& error) {
    const std::string line = error.what();
    EXPECT_EQ(line.rfind(begin, 0), 0u) << about << ": " << line;
    EXPECT_EQ(line.find("json.exception"), std::string::npos) << about << ": " << line;
    EXPECT_TRUE(std::none_of(line.begin(), line.end(),
                             [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
        << about << ": " << line;
    EXPECT_LT(line.size(), 1000u) << about;
  } catch (const std::exception& error) {
    ADD_FAILURE() << about << ": " << error.what();
  }
}

/// The same for every document of for_each_mutation(), whose lines go on with `place`, and for
/// texts that nest too deep or hold a number beyond all bounds.
template <class Read>
void expect_clean_refusals(const nlohmann::ordered_json& document, const std::string& begin,
                           const Read& read, const std::string& place = "") {
  for_each_mutation(document, [&](const std::string& pointer, const auto& changed) {
    const std::string text = changed.dump();
    expect_clean_refusal([&] { read(text); }, begin + place,
                         pointer + " of " + text.substr(0, 2000));
  });
  const std::string deep(100'000, '[');
  const std::string rest = document.is_object() ? ",\"y\":1}" : ",1]";
  const std::string start = document.is_object() ? "{\"x\":" : "[";
  for (const std::string& text :
       {start + deep + std::string(deep.size(), ']') + rest, deep, start + "1e999" + rest}) {
    bool refused = false;
    expect_clean_refusal(
        [&] {
          try {
            read(text);
          } catch (const std::runtime_error&) {
            refused = true;
            throw;
          }
        },
        begin, text.substr(0, 40));
    EXPECT_TRUE(refused) << text.substr(0, 40);
  }
}

}  // namespace dcnsim
