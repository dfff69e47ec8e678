# SPDX-License-Identifier: Apache-2.0
# dcnsim_target(NAME): C++17 exactly (SystemC on Debian links with no other standard), warnings as
# errors, includes rooted at the repository.
function(dcnsim_target name)
  target_compile_features(${name} PUBLIC cxx_std_17)
  set_target_properties(${name} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON
                                           CXX_EXTENSIONS OFF)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  # -ffp-contract=off: no fused multiply-add, so that floating-point results (and with them every
  # format that is chosen from them) are the same on every machine.
  target_compile_options(
    ${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off)
endfunction()
