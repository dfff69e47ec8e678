# SPDX-License-Identifier: Apache-2.0
# dcnsim_target(NAME): C++17 exactly (SystemC on Debian links with no other standard), warnings,
# includes rooted at the repository.
function(dcnsim_target name)
  target_compile_features(${name} PUBLIC cxx_std_17)
  set_target_properties(${name} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON
                                           CXX_EXTENSIONS OFF)
  target_include_directories(
    ${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                   $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/dcnsim>)
  # -ffp-contract=off: no fused multiply-add, so that floating-point results (and with them every
  # format that is chosen from them) are the same on every machine.
  target_compile_options(
    ${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                    $<$<BOOL:${DCNSIM_WERROR}>:-Werror> -ffp-contract=off)
endfunction()

# dcnsim_install_component(OUT PACKAGE): the install component that brings the package's component.
function(dcnsim_install_component out package)
  set(${out} dcnsim PARENT_SCOPE)
  if(package STREQUAL "Inference")
    set(${out} dcnsim_command PARENT_SCOPE)
  endif()
endfunction()

# dcnsim_export(NAME PACKAGE): makes dcnsim_NAME the target dcnsim::NAME, here and for whoever finds
# the package's component PACKAGE (Core, Tlm, or Inference, which is installed with the commands).
function(dcnsim_export name package)
  add_library(dcnsim::${name} ALIAS dcnsim_${name})
  set_target_properties(dcnsim_${name} PROPERTIES EXPORT_NAME ${name})
  if(DCNSIM_INSTALL)
    dcnsim_install_component(component ${package})
    install(TARGETS dcnsim_${name} EXPORT dcnsim${package} COMPONENT ${component})
  endif()
endfunction()
