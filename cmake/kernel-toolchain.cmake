# Cross tool-chain of the kernel: clang-19 and lld-19, freestanding. The Linux target triple is used for its
# declarations only (libc++'s headers want a C library's prototypes); nothing of it is linked.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_ASM_COMPILER clang-19)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
foreach(lang C CXX ASM)
  set(CMAKE_${lang}_COMPILER_TARGET x86_64-linux-gnu)
endforeach()
