// SPDX-License-Identifier: MIT
#include "kernel/options/document.hpp"

#include "kernel/base/console.hpp"
#include "kernel/options/table.hpp"
#include "mm/policy_rules.hpp"

namespace kernel {

void print_options_markdown() {
    write("<!-- Generated from kernel/options/table.cpp by the host tool boot-options-doc. -->\n"
          "# Boot options\n\n"
          "The kernel's command line is a list of `key=value` words. Values with spaces stand in single\n"
          "quotes. An unknown key or a bad value is reported, and otherwise ignored: the default holds, which\n"
          "isolates as well as any other choice.\n");
    for (const OptionRow& row : option_table()) {
        print("\n## `{}={}`\n\n{}\n", row.key, row.form, row.doc);
        if (!row.choices.empty()) write("\n");
        for (const OptionChoice& choice : row.choices) {
            const bool is_default = choice.name == row.fallback;
            print("- `{}`{}{}{}\n", choice.name, is_default ? " (default)" : "", choice.doc.empty() ? "" : ": ",
                  choice.doc);
        }
        if (row.choices.empty() && !row.fallback.empty()) print("\nDefault: `{}`.\n", row.fallback);
    }
    write("\n## Combinations\n\n"
          "Policies go with each other, but for these. A combination that is refused stops the boot with exit\n"
          "code 3 (QEMU: 39) before any memory is handed out; nothing weaker is chosen in its place.\n\n"
          "| combination | ruling | why | instead |\n|---|---|---|---|\n");
    for (const mm::PolicyRule& rule : mm::policy_rules()) {
        print("| `{}` | {} | {} | {} |\n", rule.combination,
              rule.ruling == mm::Ruling::Refused ? "refused" : "without effect", rule.reason, rule.advice);
    }
}

void print_options_help() {
    write("Options of the kernel's command line (key=value, quoted if there are spaces in it):\n");
    for (const OptionRow& row : option_table()) {
        print("  {}=", row.key);
        if (!row.form.empty()) print("{}", row.form);
        bool first = true;
        for (const OptionChoice& choice : row.choices) {
            print("{}{}", first ? "" : "|", choice.name);
            first = false;
        }
        if (!row.fallback.empty()) print("   (default {})", row.fallback);
        print("\n      {}\n", row.doc);
    }
}

} // namespace kernel
