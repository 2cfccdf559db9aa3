# aorta_add_plugin(polar polar.c oauth.c …): a provider plugin <name>.so with exactly one exported symbol.
function(aorta_add_plugin name)
  add_library(plugin-${name} MODULE ${ARGN})
  set_target_properties(plugin-${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} C_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins)
  target_link_libraries(plugin-${name} PRIVATE aorta-flags aortasdk)
  # -z defs cannot stand beside a sanitizer's run time, which the program brings
  target_link_options(plugin-${name} PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/plugin-api/plugin.map
    -Wl,-z,now -Wl,-z,relro -Wl,--exclude-libs,ALL)
  if(NOT AORTA_SANITIZE)
    target_link_options(plugin-${name} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET plugin-${name} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/plugin-api/plugin.map)
  install(TARGETS plugin-${name} LIBRARY DESTINATION lib/aorta/plugins)
endfunction()
