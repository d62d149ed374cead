# The standard library's headers are parsed once: they are half of a build's time.
# Nothing depends on it: every file still includes what it uses.
set(headers algorithm array atomic bit charconv cstring expected memory new optional span source_location
  string_view type_traits utility variant)
list(TRANSFORM headers REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
target_precompile_headers(lacuna PRIVATE ${headers})
# With flags of their own, or definitions of what the C library declares.
set_source_files_properties(kernel/test/main_host.cpp kernel/base/runtime/memory.cpp net/lwip/libc.cpp
  TARGET_DIRECTORY lacuna PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
