# lacuna_sources(WORLD files...): adds files to the one target `lacuna` if WORLD (kernel, host or both) is
# being built. The same call names tests: a *_test.cpp serves Catch2 on the host and the registry in the kernel.
function(lacuna_sources world)
  if(world STREQUAL "both" OR world STREQUAL LACUNA_WORLD)
    foreach(file IN LISTS ARGN)
      target_sources(lacuna PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endforeach()
  endif()
endfunction()
