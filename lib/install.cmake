# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down: library, headers, find_package and pkg-config files.
include(CMakePackageConfigHelpers)

install(TARGETS exactnorm exactnorm_geometry EXPORT exactnorm)
install(DIRECTORY include/exactnorm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/include/exactnorm/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/exactnorm)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/exactnorm)
install(EXPORT exactnorm NAMESPACE exactnorm:: FILE exactnorm-targets.cmake DESTINATION ${package_dir})
# Static libraries leave it to their user to link Highway.
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/exactnorm-config.cmake CONTENT
"include(CMakeFindDependencyMacro)
$<$<NOT:$<BOOL:${BUILD_SHARED_LIBS}>>:find_dependency(hwy)
>include(\"\${CMAKE_CURRENT_LIST_DIR}/exactnorm-targets.cmake\")
")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/exactnorm-config.cmake DESTINATION ${package_dir})
write_basic_package_version_file(exactnorm-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/exactnorm-config-version.cmake DESTINATION ${package_dir})

# exactnorm_pkg_config(<name> <description>): <name>.pc for lib<name>, with - for _ in its own name.
function(exactnorm_pkg_config name description)
  string(REPLACE "_" "-" package ${name})
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${package}.pc CONTENT
"prefix=${CMAKE_INSTALL_PREFIX}
libdir=${CMAKE_INSTALL_FULL_LIBDIR}
includedir=${CMAKE_INSTALL_FULL_INCLUDEDIR}

Name: ${package}
Description: ${description}
URL: https://arxiv.org/abs/2405.04134
Version: ${PROJECT_VERSION}
Libs: -L\${libdir} -l${name}
Libs.private: -lhwy -lstdc++
Cflags: -I\${includedir}
")
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${package}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
exactnorm_pkg_config(exactnorm "${PROJECT_DESCRIPTION}")
exactnorm_pkg_config(exactnorm_geometry "Where the outputs of LayerNorm and RMSNorm lie")
