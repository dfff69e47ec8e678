# SPDX-License-Identifier: Apache-2.0
# The package for integrators: libraries (dcnsim_export), headers, CMake package, pkg-config files
# and data, all of the install component dcnsim. The commands, where they are built, the libraries of
# what they do (dcnsim::compiler, dcnsim::inference, dcnsim::riscv), and what only they need are the
# component dcnsim_command; dcnsim-train and dcnsim-finetune are dcnsim_training.
include(CMakePackageConfigHelpers)

dcnsim_systemc_version(DCNSIM_SYSTEMC_VERSION unused)
set(DCNSIM_DATA_DIR ${CMAKE_INSTALL_DATADIR}/dcnsim)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dcnsim)
set(generated_dir ${PROJECT_BINARY_DIR}/package)

# install_headers(COMPONENT PATHS...): the copies that users include.
function(install_headers component)
  foreach(path IN LISTS ARGN)
    cmake_path(GET path PARENT_PATH folder)
    install(FILES ${PROJECT_BINARY_DIR}/include/dcnsim/${path}
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim/${folder} COMPONENT ${component})
  endforeach()
endfunction()
install_headers(dcnsim ${DCNSIM_HEADERS} ${DCNSIM_DRIVER_FILES})

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
file(GLOB_RECURSE pages RELATIVE ${PROJECT_SOURCE_DIR} models/*.md)
install_data(dcnsim LICENSE CHANGELOG.md platform/README.md platform/classify.md ${pages} models/arch/presets
             models/cost/tables platform/registers/dcn.ipxact.xml platform/registers/dcn.busdef.xml
             platform/registers/dcn.rdl platform/standalone/classify.cpp
             platform/standalone/example.cpp platform/recipes)

# install_documentation(PROGRAM COMPONENT): what dcnsim_document() wrote.
function(install_documentation program component)
  get_property(folder GLOBAL PROPERTY DCNSIM_DOCUMENTATION)
  foreach(part IN ITEMS man1:${CMAKE_INSTALL_MANDIR}/man1
                        bash:${CMAKE_INSTALL_DATADIR}/bash-completion/completions
                        zsh:${CMAKE_INSTALL_DATADIR}/zsh/site-functions
                        fish:${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
    string(REPLACE ":" ";" part ${part})
    list(GET part 0 kind)
    list(GET part 1 destination)
    install(DIRECTORY ${folder}/${program}/${kind}/ DESTINATION ${destination}
            COMPONENT ${component})
  endforeach()
endfunction()

set(packages Core Tlm)
if(TARGET dcnsim)
  install_documentation(dcnsim dcnsim_command)
  list(APPEND packages Compiler Inference)
  install_headers(dcnsim_command ${DCNSIM_COMMAND_HEADERS})
  install(TARGETS dcnsim COMPONENT dcnsim_command)
  # Where Debian's Python looks below /usr; the module finds the command beside it in any prefix.
  install(FILES analysis/python/dcnsim.py DESTINATION lib/python3/dist-packages
          COMPONENT dcnsim_command)
  file(GLOB_RECURSE pages RELATIVE ${PROJECT_SOURCE_DIR} analysis/*.md workloads/*.md platform/compiler/*.md
       analysis/*_schema.json platform/compiler/*_schema.json)
  install_data(
    dcnsim_command README.md ${pages} platform/compiler/example.cpp analysis/experiments/bitfusion_cifar10.csv
    analysis/experiments/lin2016_fine_tuned.csv analysis/experiments/published
    analysis/python/notebooks
    workloads/cifar10/calibration_500.bin workloads/cifar10/test_1000.bin
    workloads/networks)
endif()
if(TARGET dcnsim-train)
  install(TARGETS dcnsim-train dcnsim-finetune COMPONENT dcnsim_training)
  install_documentation(dcnsim-train dcnsim_training)
endif()
if(TARGET dcnsim-vp)
  list(APPEND packages Riscv)
  install_data(dcnsim_command platform/riscv/README.md)
  get_target_property(elf classify DCNSIM_ELF)
  install(TARGETS dcnsim-vp COMPONENT dcnsim_command)
  install_documentation(dcnsim-vp dcnsim_command)
  install_data(dcnsim_command platform/riscv/two_networks.yaml)
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

# Last, when all that pages may link to is there.
install(CODE "set(DATA_DIR \"\${CMAKE_INSTALL_PREFIX}/${DCNSIM_DATA_DIR}\")
set(INCLUDE_DIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}/dcnsim\")"
        ALL_COMPONENTS)
install(SCRIPT platform/cmake/link_pages.cmake ALL_COMPONENTS)
