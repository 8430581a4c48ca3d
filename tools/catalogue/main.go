// Command catalogue checks the Go tables of rules/catalogue/ against the modules they speak of.
//
// It downloads each module that modules.txt names from the Go module proxy, type-checks the
// declarations of the packages that the tables mention, and says which rows claim what is not so.
// README.md tells what is checked.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
)

// errUnreachable says that nothing could be checked, which is nobody's fault.
var errUnreachable = errors.New("no module could be downloaded: is the Go module proxy reachable?")

func main() {
	tables := flag.String("tables", "../../rules/catalogue", "folder of the tables")
	list := flag.String("modules", "modules.txt", "file with a module path and a version on each line")
	update := flag.Bool("update", false, "move every module to its latest version, and write the list anew")
	urls := flag.Bool("urls", false, "write the right documentation address into each row that cites a wrong one")
	flag.Parse()
	wrong, err := run(*tables, *list, *update, *urls)
	switch {
	case errors.Is(err, errUnreachable):
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(3)
	case err != nil:
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

// run checks every table; it returns how many rows are wrong.
func run(tables, list string, update, urls bool) (int, error) {
	files, err := filepath.Glob(filepath.Join(tables, "go-*.csv"))
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("no tables in %s", tables)
	}
	// What a package imports at last is in no declaration.
	files = slices.DeleteFunc(files, func(file string) bool { return filepath.Base(file) == "go-cgo.csv" })
	sort.Strings(files)
	modules, err := readModules(list)
	if err != nil {
		return 0, err
	}
	if update {
		if err := toLatest(modules); err != nil {
			return 0, err
		}
	}
	if err := download(modules); err != nil {
		return 0, err
	}
	if update {
		if err := writeModules(list, modules); err != nil {
			return 0, err
		}
	}
	had := 0
	for _, it := range modules {
		if it.problem == "" {
			had++
		}
	}
	if had == 0 && len(modules) > 0 {
		return 0, errUnreachable
	}
	for _, it := range modules {
		if it.problem != "" {
			fmt.Printf("SKIPPED: %s: %s\n", it.path, it.problem)
		}
	}
	checker := newChecker(modules)
	total, wrong, unchecked := 0, 0, 0
	for _, file := range files {
		table, err := readTable(file)
		if err != nil {
			return 0, err
		}
		for _, row := range table.rows {
			total++
			faults, checked := checker.row(table, row)
			if !checked {
				unchecked++
			}
			for _, fault := range faults {
				if fault.url != "" && urls {
					table.setURL(row, fault.url)
					continue
				}
				fmt.Printf("%s:%d: %s: %s\n", filepath.Base(file), row.line, row.name(), fault.message)
			}
			if len(faults) > 0 {
				wrong++
			}
		}
		if urls {
			if err := table.write(); err != nil {
				return 0, err
			}
		}
	}
	for _, it := range checker.unused() {
		fmt.Printf("%s: %s: no row speaks of this module\n", filepath.Base(list), it)
		wrong++
	}
	fmt.Printf("%d rows checked against %d modules, %d wrong", total-unchecked, len(modules), wrong)
	if unchecked > 0 {
		fmt.Printf("; %d rows not checked, since their modules could not be had", unchecked)
	}
	fmt.Println()
	return wrong, nil
}
