# lacuna_sources(WORLD files...): adds files to the one target `lacuna` if WORLD (kernel, host or both) is
# being built. The same call names tests: a *_test.cpp serves Catch2 on the host and the registry in the kernel.
# The world host-bench is the host without its tests.
function(lacuna_sources world)
  if(LACUNA_WORLD STREQUAL "host-bench")
    list(FILTER ARGN EXCLUDE REGEX "^test/|test\\.cpp$")
    set(here host)
  else()
    set(here ${LACUNA_WORLD})
  endif()
  if(world STREQUAL "both" OR world STREQUAL here)
    foreach(file IN LISTS ARGN)
      target_sources(lacuna PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endforeach()
  endif()
endfunction()
