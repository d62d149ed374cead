// SPDX-License-Identifier: MIT
#include "kernel/options/table.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

#include "kernel/options/values.hpp"

namespace kernel {
namespace {

using mm::PolicyChoice;

constexpr std::array log_choices{
    PolicyChoice{"debug", log::Level::Debug, ""}, PolicyChoice{"info", log::Level::Info, ""},
    PolicyChoice{"warn", log::Level::Warn, ""},   PolicyChoice{"error", log::Level::Error, ""},
    PolicyChoice{"off", log::Level::Off, ""},
};

constexpr std::array switch_choices{
    PolicyChoice{"no", Switch::No, ""},
    PolicyChoice{"yes", Switch::Yes, ""},
};

constexpr auto mutant_choices = [] {
    std::array<PolicyChoice<Mutant>, mutant_names.size()> choices{};
    for (std::size_t i = 0; i < choices.size(); ++i) {
        choices[i] = {mutant_names[i].name, mutant_names[i].mutant, ""};
    }
    return choices;
}();

/// The names and explanations of a table of choices, without the values' type.
template <const auto& Choices>
constexpr auto texts_of = [] {
    std::array<OptionChoice, Choices.size()> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = {Choices[i].name, Choices[i].doc};
    return texts;
}();

/// A row for a member that has one of a few values; `Member` is a function from Options& to the member.
/// The documented default is whatever a fresh Options holds.
template <const auto& Choices, auto Member>
consteval OptionRow choice(std::string_view key, std::string_view doc) {
    Options defaults;
    std::string_view fallback;
    for (const auto& one : Choices) {
        if (Member(defaults) == one.value) fallback = one.name;
    }
    return {.key = key,
            .form = {},
            .choices = texts_of<Choices>,
            .fallback = fallback,
            .doc = doc,
            .apply = [](Options& options, std::string_view value) -> Result<> {
                for (const auto& one : Choices) {
                    if (one.name == value) {
                        Member(options) = one.value;
                        return {};
                    }
                }
                return fail(Error::InvalidArgument);
            }};
}

template <auto Member>
consteval OptionRow text(std::string_view key, std::string_view form, std::string_view doc) {
    return {.key = key,
            .form = form,
            .choices = {},
            .fallback = {},
            .doc = doc,
            .apply = [](Options& options, std::string_view value) -> Result<> {
                Member(options) = value;
                return {};
            }};
}

template <auto Member, auto Parse>
consteval OptionRow number(std::string_view key, std::string_view form, std::string_view fallback,
                           std::string_view doc) {
    return {.key = key,
            .form = form,
            .choices = {},
            .fallback = fallback,
            .doc = doc,
            .apply = [](Options& options, std::string_view value) -> Result<> {
                const std::uint64_t number = TRY(Parse(value));
                if (number == 0) return fail(Error::InvalidArgument);
                Member(options) = number;
                return {};
            }};
}

constexpr std::array table{
    choice<log_choices, [](Options& o) -> auto& { return o.log; }>(
        "log", "The least severe messages to print. Without it: info, or warn in unattended runs."),
    number<[](Options& o) -> auto& { return o.memory_limit; }, parse_size>(
        "mem.limit", "SIZE", {}, "Use only this much of the machine's RAM, such as 64M."),
    number<[](Options& o) -> auto& { return o.cpus; }, parse_number>(
        "cpus", "NUMBER", "16", "Use at most so many processors; 16 are the most that can be used."),
    text<[](Options& o) -> auto& { return o.autorun; }>(
        "autorun", "COMMANDS",
        "Run these shell commands, separated by ';', and power off: with success if all succeeded. "
        "Quote the value if it has spaces: autorun='ns add red; audit'."),
    choice<switch_choices, [](Options& o) -> auto& { return o.autorun_stay; }>(
        "autorun.stay", "Go on to the prompt after autorun's commands instead of powering off."),
    choice<switch_choices, [](Options& o) -> auto& { return o.demo; }>(
        "demo", "Start the demonstration: namespaces red and blue with their servers."),
    text<[](Options& o) -> auto& { return o.test; }>(
        "test", "PATTERN",
        "Run the kernel's tests that match, report in KTAP and power off. '*' and '?' match as in a "
        "shell, 'mm' selects 'mm.buddy' too, several patterns are separated by commas."),
    choice<switch_choices, [](Options& o) -> auto& { return o.test_list; }>(
        "test.list", "Print the kernel's tests, one per line as suite, tab, name, and power off."),
    number<[](Options& o) -> auto& { return o.test_timeout_s; }, parse_number>(
        "test.timeout", "SECONDS", "120", "How long one test may take before it ends in a panic."),
    text<[](Options& o) -> auto& { return o.bench; }>(
        "bench", "PATTERN",
        "Run the benchmarks that match, report each in a line of JSON and power off. Patterns are as for "
        "test=; tools/lacuna bench is what reads the lines."),
    choice<switch_choices, [](Options& o) -> auto& { return o.bench_list; }>(
        "bench.list", "Print the names of the benchmarks, one per line, and power off."),
    choice<mm::isolation_choices, [](Options& o) -> auto& { return o.policies.isolation; }>(
        "isolation", "How a namespace's memory is kept from the others."),
    choice<mm::placement_choices, [](Options& o) -> auto& { return o.policies.placement; }>(
        "placement", "Where exclusive memory is mapped."),
    choice<mm::granularity_choices, [](Options& o) -> auto& { return o.policies.granularity; }>(
        "granularity", "In which units memory leaves the direct map."),
    choice<mm::flush_choices, [](Options& o) -> auto& { return o.policies.flush; }>(
        "flush", "When a mapping that was taken away leaves the TLB."),
    choice<mm::pcid_choices, [](Options& o) -> auto& { return o.policies.pcid; }>(
        "pcid", "Keep an address space's TLB entries while others are loaded."),
    choice<mm::handover_choices, [](Options& o) -> auto& { return o.policies.handover; }>(
        "handover", "How a packet crosses from one namespace to another."),
    number<[](Options& o) -> auto& { return o.policies.handover_threshold; }, parse_size>(
        "handover.threshold", "SIZE", "512",
        "With handover=auto: the smallest packet, in bytes of Ethernet frame, that is remapped and not copied."),
    choice<mm::heap_choices, [](Options& o) -> auto& { return o.policies.heap; }>(
        "heap", "The general-purpose allocator of each namespace."),
    choice<scheduling_choices, [](Options& o) -> auto& { return o.scheduling; }>(
        "sched", "Which ready task runs next, and on which processor."),
    choice<mm::poison_choices, [](Options& o) -> auto& { return o.policies.poison; }>(
        "slab.poison", "Fill freed slab objects with a pattern and check it."),
    choice<mm::red_zone_choices, [](Options& o) -> auto& { return o.policies.red_zone; }>(
        "slab.redzone", "Put guard words around slab objects and check them."),
    choice<mm::direct_map_leaf_choices, [](Options& o) -> auto& { return o.policies.direct_map_leaf; }>(
        "directmap.leaf", "The largest page that the direct map uses."),
    choice<switch_choices, [](Options& o) -> auto& { return o.uplink; }>(
        "net.uplink", "Use the virtio network device, if there is one, as the bridge's uplink."),
    choice<switch_choices, [](Options& o) -> auto& { return o.net_offload; }>(
        "net.offload",
        "Leave out TCP's and UDP's checksums while a packet stays inside the machine; what leaves it gets them."),
    choice<switch_choices, [](Options& o) -> auto& { return o.net_join; }>(
        "net.join", "Join TCP segments that a namespace receives together before its stack sees them."),
    choice<switch_choices, [](Options& o) -> auto& { return o.net_pack; }>(
        "net.pack", "Let packets that a namespace sends in one go cross in blocks that they share."),
    choice<mutant_choices, [](Options& o) -> auto& { return o.mutant; }>(
        "mutant", "Break one thing on purpose, to see that the tests notice."),
};

} // namespace

std::span<const OptionRow> option_table() { return table; }

} // namespace kernel
