// SPDX-License-Identifier: MIT
#include "kernel/options/parser.hpp"

#include <array>

#include "kernel/options/words.hpp"
#include "kernel/test/test.hpp"

using namespace kernel;

namespace {

std::array<char, 512> storage;
unsigned problems;
OptionProblem last_problem;

Options parse(std::string_view line) {
    problems = 0;
    return parse_options(line, storage, [](const OptionProblem& problem) {
        ++problems;
        last_problem = problem;
    });
}

} // namespace

LACUNA_TEST("options.words", "split at spaces and keep quoted ones") {
    Words words("  a='b c'  d\\ \"e 'f'=g\\\"h\" \\'i ''", storage);
    CHECK(words.next() == "a=b c");
    CHECK(words.next() == "d\\");
    CHECK(words.next() == "e 'f'=g\"h");
    CHECK(words.next() == "'i");
    CHECK(words.next() == "");
    CHECK_FALSE(words.next().has_value());
    CHECK_FALSE(words.malformed());
}

LACUNA_TEST("options.words", "report what does not end or does not fit") {
    Words open("a 'b c", storage);
    CHECK(open.next() == "a");
    CHECK(open.next() == "b c");
    CHECK(open.malformed());

    std::array<char, 3> small;
    Words too_long("abcdef", small);
    CHECK(too_long.next() == "abc");
    CHECK(too_long.malformed());
}

LACUNA_TEST("options.parser", "an empty line gives the defaults") {
    const Options options = parse("");
    CHECK(problems == 0);
    CHECK_FALSE(options.unattended());
    CHECK(options.effective_log() == log::Level::Info);
    CHECK(options.policies.isolation == mm::Isolation::Pgd);
}

LACUNA_TEST("options.parser", "reads every kind of value") {
    const Options options = parse("log=debug mem.limit=64M autorun='ns add red; audit' isolation=none "
                                  "directmap.leaf=4K slab.poison=on mutant=leak-frame test.timeout=5");
    CHECK(problems == 0);
    CHECK(options.log == log::Level::Debug);
    CHECK(options.memory_limit == 64u << 20);
    CHECK(options.autorun == "ns add red; audit");
    CHECK(options.unattended());
    CHECK(options.policies.isolation == mm::Isolation::None);
    CHECK(options.policies.direct_map_leaf == mm::DirectMapLeaf::Size4K);
    CHECK(options.policies.poison == mm::Poison::Yes);
    CHECK(options.mutant == Mutant::LeakFrame);
    CHECK(options.test_timeout_s == 5);
}

LACUNA_TEST("options.parser", "GRUB's way of quoting means the same") {
    const Options options = parse("\"autorun=ns exec red echo it\\'s\" demo=yes");
    CHECK(problems == 0);
    CHECK(options.autorun == "ns exec red echo it's");
    CHECK(options.demo == Switch::Yes);
}

LACUNA_TEST("options.parser", "what is wrong is reported and changes nothing") {
    parse("colour=red");
    CHECK(problems == 1);
    CHECK(last_problem.trouble == OptionTrouble::UnknownKey);
    CHECK(last_problem.key == "colour");

    const Options options = parse("isolation=maybe");
    CHECK(problems == 1);
    CHECK(last_problem.trouble == OptionTrouble::BadValue);
    CHECK(last_problem.value == "maybe");
    CHECK(last_problem.row->choices.size() == mm::isolation_choices.size());
    CHECK(options.policies.isolation == mm::Isolation::Pgd);

    parse("demo");
    CHECK(last_problem.trouble == OptionTrouble::MissingValue);
    for (const auto line : {"mem.limit=0", "mem.limit=lots", "mem.limit=", "test.timeout=-1"}) {
        parse(line);
        CHECK(last_problem.trouble == OptionTrouble::BadValue);
    }
    parse("log='info");
    CHECK(last_problem.trouble == OptionTrouble::Malformed);
}

LACUNA_TEST("options.parser", "the last word wins") {
    CHECK(parse("handover=copy handover=remap").policies.handover == mm::HandoverPolicy::Remap);
}

LACUNA_TEST("options.table", "keys are unique and every option is documented") {
    const auto rows = option_table();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK_FALSE(rows[i].doc.empty());
        CHECK(rows[i].form.empty() != rows[i].choices.empty());
        for (std::size_t j = 0; j < i; ++j) CHECK(rows[i].key != rows[j].key);
    }
}
