# Compiler and linker flags of our own code; third-party code (net/lwip) sets its own.
add_library(lacuna_flags INTERFACE)
target_compile_definitions(lacuna_flags INTERFACE
  LACUNA_ASSERTIONS=$<BOOL:${LACUNA_ASSERTIONS}>
  LACUNA_MUTANTS=$<BOOL:${LACUNA_MUTANTS}>)
set(LACUNA_FRAME_FLAG -f$<$<BOOL:${LACUNA_FRAME_POINTERS}>:no->omit-frame-pointer)
set(lacuna_warnings -Wall -Wextra -Werror -Wconversion -Wshadow -Wcast-align -Wthread-safety
  -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough)
target_compile_options(lacuna_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${lacuna_warnings}>"
  ${LACUNA_FRAME_FLAG} -g)

if(LACUNA_WORLD STREQUAL "kernel")
  # FACTS of the platform: no -mgeneral-regs-only (libc++'s <limits> wants long double), no SSE, no red zone.
  set(LACUNA_MACHINE_FLAGS -ffreestanding -mcmodel=kernel -mno-red-zone -mno-sse -mno-mmx -fno-pic
    -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections
    $<$<BOOL:${LACUNA_LTO}>:-flto$<SEMICOLON>-fwhole-program-vtables$<SEMICOLON>-fvisibility=hidden>)
  target_compile_definitions(lacuna_flags INTERFACE
    LACUNA_FRAME_POINTERS=$<BOOL:${LACUNA_FRAME_POINTERS}>
    LACUNA_LTO=$<BOOL:${LACUNA_LTO}>)
  # Nothing outside the image derives from its classes: an interface with one implementation is called directly.
  target_link_options(lacuna_flags INTERFACE
    $<$<BOOL:${LACUNA_LTO}>:-Wl,--lto-O3$<SEMICOLON>-Wl,--lto-whole-program-visibility>)
  target_compile_options(lacuna_flags INTERFACE ${LACUNA_MACHINE_FLAGS}
    $<$<COMPILE_LANGUAGE:CXX>:-stdlib=libc++$<SEMICOLON>-fno-threadsafe-statics>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions$<SEMICOLON>-fno-rtti>)
  target_compile_definitions(lacuna_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_$<IF:$<BOOL:${LACUNA_ASSERTIONS}>,FAST,NONE>>
    $<$<COMPILE_LANGUAGE:CXX>:_LIBCPP_HAS_NO_LOCALIZATION>)
  target_include_directories(lacuna_flags INTERFACE ${CMAKE_SOURCE_DIR}/arch/x86_64/include)
elseif(LACUNA_WORLD STREQUAL "host-bench")
  # Native speed, with the kernel's library; mm/host_bench says which file has to do without it.
  target_compile_options(lacuna_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions$<SEMICOLON>-fno-rtti>)
  target_compile_definitions(lacuna_flags INTERFACE LACUNA_HOST=1)
  target_include_directories(lacuna_flags INTERFACE ${CMAKE_SOURCE_DIR}/arch/host/include)
else()
  find_package(Catch2 3 QUIET)
  if(NOT Catch2_FOUND)
    find_package(Catch2 2 REQUIRED)
    # Catch2 2 is header-only, so the host build can share libc++ with the kernel's.
    target_compile_options(lacuna_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-stdlib=libc++>)
    target_link_options(lacuna_flags INTERFACE -stdlib=libc++)
    target_link_libraries(lacuna_flags INTERFACE Catch2::Catch2)
  else()
    target_link_libraries(lacuna_flags INTERFACE Catch2::Catch2WithMain)
  endif()
  target_compile_definitions(lacuna_flags INTERFACE LACUNA_HOST=1 LACUNA_CATCH2_MAJOR=${Catch2_VERSION_MAJOR})
  target_compile_options(lacuna_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(lacuna_flags INTERFACE -fsanitize=address,undefined)
  target_include_directories(lacuna_flags INTERFACE ${CMAKE_SOURCE_DIR}/arch/host/include)
endif()
