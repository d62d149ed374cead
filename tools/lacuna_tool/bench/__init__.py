# SPDX-License-Identifier: MIT
"""Benchmarks: the kernel takes the figures and prints each as a line of JSON; here they are run, shown, written in
Google Benchmark's format, compared with older ones and put beside Linux's.
"""
