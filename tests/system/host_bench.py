# SPDX-License-Identifier: MIT
"""The host's benchmarks: that each runs and says so. What they measure is nobody's to pass or fail."""

from lacuna_tool.bench import host, verb
from lacuna_tool.fixture import scratch
from lacuna_tool.system import case, check

WORKLOADS = {"pages.o0.pair", "pages.o0.batch256", "pages.o3.pair", "exclusive_page.pair", "mixed.op"} | {
    f"{kind}.{size}.{shape}" for kind in ("kmem_cache", "kmalloc") for size in (64, 256, 1024, 2048)
    for shape in ("pair", "batch256")}


@case("every workload runs with every allocator, on one, two and four CPUs")
def everything() -> None:
    listed = host.names()
    with scratch() as folder:
        report = host.measure(listed, folder / "report.json", seconds=0.001, quiet=True)
    results = {item["name"]: item for item in report["benchmarks"]}
    check(set(results) == set(listed), f"listed and not run: {set(listed) - set(results)}")
    failed = [f"{name}: {item.get('error_message')}" for name, item in results.items() if item.get("error_occurred")]
    check(not failed, "\n".join(failed))
    check({name.split("/")[0] for name in results} == WORKLOADS, f"workloads: {sorted(results)}")
    for allocator in ("lacuna", "lacuna-exclusive", "mimalloc", "malloc"):
        for threads in (1, 2, 4):
            check(f"mixed.op/{allocator}/real_time/threads:{threads}" in results, f"mixed.op of {allocator}, {threads}")
    check(all(item["iterations"] > 0 for item in results.values()), "a benchmark did nothing")


@case("the report says which allocators it compares")
def context() -> None:
    with scratch() as folder:
        chosen = host.names(lambda name: name == "kmalloc.64.pair/mimalloc")
        report = host.measure(chosen, folder / "report.json", seconds=0.001, quiet=True)
    check(report["context"]["mimalloc"].isdigit() and report["context"]["malloc"].startswith("glibc "),
          str(report["context"]))
    check({item["threads"] for item in report["benchmarks"]} == {1, 2, 4}, str(report["benchmarks"]))


@case("globs name workloads, alone or with an allocator, whatever the number of threads")
def globs() -> None:
    def named(text: str) -> list[str]:
        return host.names(lambda name: verb.matches(text, name))

    check(len(named("kmalloc.256.pair")) == 12, "one workload, four allocators, three numbers of threads")
    check(len(named("kmalloc.256")) == 24, "pairs and batches")
    check(all("/mimalloc/" in name for name in named("*/mimalloc")) and named("*/mimalloc"), "one allocator")
    check(named("kmallocX256.pair") == [], "a dot stood for any character")
