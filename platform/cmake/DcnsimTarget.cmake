# SPDX-License-Identifier: Apache-2.0
# dcnsim_target(NAME): C++17 exactly (SystemC on Debian links with no other standard), warnings,
# includes rooted at the repository.
function(dcnsim_target name)
  target_compile_features(${name} PUBLIC cxx_std_17)
  set_target_properties(${name} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON
                                           CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  # -ffp-contract=off: no fused multiply-add, so that floating-point results (and with them every
  # format that is chosen from them) are the same on every machine.
  target_compile_options(
    ${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                    $<$<BOOL:${DCNSIM_WERROR}>:-Werror> -ffp-contract=off)
endfunction()

# dcnsim_reports_places(NAME): what its reports say of __FILE__ (those of SystemC and libtorch do) is
# seen from the repository's root, so that no binary holds a path of the machine that built it.
function(dcnsim_reports_places name)
  target_compile_options(${name} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
endfunction()

# dcnsim_install_component(OUT PACKAGE): the install component that brings the package's component.
function(dcnsim_install_component out package)
  set(${out} dcnsim_command PARENT_SCOPE)
  if(package STREQUAL "Core" OR package STREQUAL "Tlm")
    set(${out} dcnsim PARENT_SCOPE)
  endif()
endfunction()

# dcnsim_export(NAME PACKAGE): makes dcnsim_NAME the target dcnsim::NAME, here and for whoever finds
# the package's component PACKAGE (Core, Tlm; or Compiler, Riscv, Inference, which are installed with
# the commands).
# Users include copies of the headers (DcnsimHeaders), which our own targets never see, and find the
# data in DCNSIM_DATA_DIR.
function(dcnsim_export name package)
  add_library(dcnsim::${name} ALIAS dcnsim_${name})
  set_target_properties(dcnsim_${name} PROPERTIES EXPORT_NAME ${name})
  set(target dcnsim_${name})
  set(data_dir $<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/dcnsim)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_definitions(${target}
                             INTERFACE $<INSTALL_INTERFACE:DCNSIM_DATA_DIR="${data_dir}">)
  if(NOT PROJECT_IS_TOP_LEVEL)
    target_include_directories(${target}
                               INTERFACE $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
    target_compile_definitions(
      ${target} INTERFACE $<BUILD_INTERFACE:DCNSIM_DATA_DIR="${PROJECT_SOURCE_DIR}">)
    add_dependencies(${target} dcnsim_headers)
  endif()
  if(DCNSIM_INSTALL)
    dcnsim_install_component(component ${package})
    install(TARGETS dcnsim_${name} EXPORT dcnsim${package} COMPONENT ${component})
  endif()
endfunction()
