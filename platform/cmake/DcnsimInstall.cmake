# SPDX-License-Identifier: Apache-2.0
# The package for integrators: libraries (dcnsim_export), headers, CMake package, pkg-config files
# and data, all of the install component dcnsim. The commands, where they are built, the library of
# the main job (dcnsim::inference), and what only they need are the component dcnsim_command.
include(CMakePackageConfigHelpers)

dcnsim_systemc_version(DCNSIM_SYSTEMC_VERSION unused)
set(DCNSIM_DATA_DIR ${CMAKE_INSTALL_DATADIR}/dcnsim)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dcnsim)
set(generated_dir ${PROJECT_BINARY_DIR}/package)

install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim COMPONENT dcnsim
        FILES_MATCHING PATTERN "*.h" PATTERN "presets" EXCLUDE PATTERN "tables" EXCLUDE)
install(FILES platform/driver/dcn_registers.h platform/driver/driver.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim/platform/driver COMPONENT dcnsim)

# install_data(COMPONENT PATHS...): files and folders of the tree, under the same paths.
function(install_data component)
  foreach(path IN LISTS ARGN)
    cmake_path(GET path PARENT_PATH folder)
    set(type FILES)
    if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${path})
      set(type DIRECTORY)
    endif()
    install(${type} ${path} DESTINATION ${DCNSIM_DATA_DIR}/${folder} COMPONENT ${component})
  endforeach()
endfunction()
install_data(
  dcnsim models/arch/presets models/cost/tables platform/registers/dcn.ipxact.xml
  platform/registers/dcn.busdef.xml platform/registers/dcn.rdl platform/standalone/example.cpp
  # As a source: it is compiled for the processor that drives the accelerator.
  platform/driver/driver.c)

# install_headers(PATHS...): headers of the tree that those of dcnsim::inference include.
function(install_headers)
  foreach(path IN LISTS ARGN)
    cmake_path(GET path PARENT_PATH folder)
    install(FILES ${path} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim/${folder}
            COMPONENT dcnsim_command)
  endforeach()
endfunction()

set(packages Core Tlm)
if(TARGET dcnsim)
  list(APPEND packages Inference)
  install_headers(
    analysis/evaluation/input_file.h analysis/inference/fixed_network.h
    analysis/inference/inference.h analysis/inference/run_progress.h
    analysis/inference/shipped_data.h analysis/quantizer/format_rule.h
    analysis/quantizer/format_search.h analysis/quantizer/histogram.h
    analysis/report/run_report.h workloads/cifar10/dataset.h workloads/network.h)
  install(TARGETS dcnsim COMPONENT dcnsim_command)
  install_data(
    dcnsim_command analysis/experiments/bitfusion_cifar10.csv
    analysis/experiments/lin2016_fine_tuned.csv workloads/cifar10/README.md
    workloads/cifar10/calibration_500.bin workloads/cifar10/test_1000.bin
    workloads/networks)
endif()
if(TARGET dcnsim-train)
  install(TARGETS dcnsim-train dcnsim-finetune COMPONENT dcnsim_command)
endif()
if(TARGET dcnsim-vp)
  get_target_property(elf classify DCNSIM_ELF)
  install(TARGETS dcnsim-vp COMPONENT dcnsim_command)
  install(FILES ${elf} DESTINATION ${DCNSIM_DATA_DIR}/platform/riscv/firmware
          COMPONENT dcnsim_command)
endif()

configure_package_config_file(
  platform/cmake/dcnsimConfig.cmake.in ${generated_dir}/dcnsimConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS DCNSIM_DATA_DIR)
write_basic_package_version_file(${generated_dir}/dcnsimConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES ${generated_dir}/dcnsimConfig.cmake ${generated_dir}/dcnsimConfigVersion.cmake
        platform/cmake/DcnsimRequirements.cmake platform/cmake/FindSystemC.cmake
  DESTINATION ${package_dir} COMPONENT dcnsim)
foreach(package IN LISTS packages)
  dcnsim_install_component(component ${package})
  install(EXPORT dcnsim${package} NAMESPACE dcnsim:: DESTINATION ${package_dir}
          COMPONENT ${component})
endforeach()

file(RELATIVE_PATH DCNSIM_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(part core tlm)
  configure_file(platform/cmake/dcnsim-${part}.pc.in ${generated_dir}/dcnsim-${part}.pc @ONLY)
  install(FILES ${generated_dir}/dcnsim-${part}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT dcnsim)
endforeach()
