// Command reality compares what `reachlint trace --all` says of a project with what its containers do on a real
// Docker engine. `tests/reality/run` starts the engine and this program beside it, in a network namespace of their
// own; see README.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "probe":
			probeAll(os.Args[2])
			return
		case "serve":
			serve(os.Args[2])
			return
		case "deny-names":
			denyNames(os.Args[2])
			return
		}
	}
	reachlint := flag.String("reachlint", "", "the reachlint to judge")
	compose := flag.String("compose", "", "the Docker Compose to start projects with")
	repository := flag.String("repository", "", "the root of the repository")
	work := flag.String("work", "", "a folder for what is made")
	cache := flag.String("cache", "", "a folder for what is compiled and downloaded, kept from run to run")
	outside := flag.String("outside", "", "the process id of the namespace that stands for other machines")
	fill := flag.Bool("fill", false, "only compile the programs, for which modules may be downloaded")
	flag.Parse()
	engine := &engine{reachlint: *reachlint, compose: *compose, work: *work, cache: *cache, outside: *outside}

	projects := projectsOf(*repository, flag.Args())
	started := time.Now()
	if *fill {
		if err := fillCache(engine, projects); err != nil {
			log.Fatal(err)
		}
		log.Printf("programs compiled in %.0f s", time.Since(started).Seconds())
		return
	}
	if err := makeImages(engine, projects); err != nil {
		log.Fatalf("images: %v", err)
	}
	log.Printf("images made in %.0f s", time.Since(started).Seconds())

	var sum result
	for _, project := range projects {
		started := time.Now()
		found, err := judge(engine, project)
		if err != nil {
			log.Fatalf("%s: %v", project, err)
		}
		log.Printf("%-28s %4d cells, %d unknown, %d commands, %d differences, %.0f s", filepath.Base(project),
			found.cells, found.unknown, found.commands, len(found.differences), time.Since(started).Seconds())
		for _, it := range found.differences {
			log.Printf("    %s", it)
		}
		sum.add(found)
	}
	fmt.Printf("%d projects, %d cells compared, %d unknown to reachlint, %d commands compared\n",
		len(projects), sum.cells, sum.unknown, sum.commands)
	// The line that every runner of tests ends with.
	fmt.Printf("%d passed, %d failed\n", sum.cells+sum.commands-len(sum.differences), len(sum.differences))
	if len(sum.differences) > 0 || sum.cells == 0 {
		os.Exit(1)
	}
}

// The folders of the example and the scenarios, those that are named when some are.
func projectsOf(repository string, names []string) []string {
	scenarios, err := filepath.Glob(filepath.Join(repository, "tests/reality/scenarios/*"))
	if err != nil {
		log.Fatal(err)
	}
	all := append([]string{filepath.Join(repository, "examples/shop")}, scenarios...)
	if len(names) == 0 {
		return all
	}
	var wanted []string
	for _, name := range names {
		found := false
		for _, project := range all {
			if filepath.Base(project) == name {
				wanted, found = append(wanted, project), true
			}
		}
		if !found {
			log.Fatalf("there is no scenario %q", name)
		}
	}
	return wanted
}

// What came out of one project.
type result struct {
	cells, unknown, commands int
	differences              []string
}

func (it *result) add(other result) {
	it.cells += other.cells
	it.unknown += other.unknown
	it.commands += other.commands
	it.differences = append(it.differences, other.differences...)
}

// One verdict of reachlint.
type cell struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Host     string `json:"host"`
	Port     *int   `json:"port"`
	Protocol string `json:"protocol"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
	Stage    string `json:"stage"`
}

func (it cell) String() string {
	port := ""
	if it.Port != nil {
		port = fmt.Sprintf(":%d/%s", *it.Port, it.Protocol)
	}
	return fmt.Sprintf("%s -> %s%s", it.From, it.To, port)
}

// How long the servers of a project may take to answer.
const patience = 20 * time.Second

// Starts the project, asks for every cell, and takes the project down.
func judge(engine *engine, project string) (result, error) {
	cells, err := engine.verdicts(project)
	if err != nil {
		return result{}, err
	}
	scene, err := engine.start(project)
	defer func() { engine.stop(project, scene) }()
	if err != nil {
		return result{}, err
	}
	claims := func(verdict string) []cell {
		var claimed []cell
		for _, it := range cells {
			if it.Verdict == verdict {
				claimed = append(claimed, it)
			}
		}
		return claimed
	}
	// What is to answer gets time to come up; then everything is asked once.
	deadline := time.Now().Add(patience)
	for {
		answers, err := scene.ask(claims("reachable"))
		if err != nil {
			return result{}, err
		}
		if allTrue(answers) || time.Now().After(deadline) {
			break
		}
		time.Sleep(300 * time.Millisecond)
	}
	known := append(claims("reachable"), claims("not reachable")...)
	answers, err := scene.ask(known)
	if err != nil {
		return result{}, err
	}
	found := result{cells: len(known), unknown: len(cells) - len(known)}
	for at, it := range known {
		if answers[at] != (it.Verdict == "reachable") {
			found.differences = append(found.differences, fmt.Sprintf("%s: reachlint says %s (%s), and the engine %s",
				it, it.Verdict, it.Reason, map[bool]string{true: "lets it through", false: "does not"}[answers[at]]))
		}
	}
	behindNames, compared, err := scene.askBehindNames(claims("not reachable"))
	if err != nil {
		return result{}, err
	}
	found.cells += compared
	found.differences = append(found.differences, behindNames...)
	shells, err := engine.shells(project)
	if err != nil {
		return result{}, err
	}
	for _, name := range sortedKeys(shells) {
		running, ok := scene.containers[name]
		if !ok || running.pid == 0 {
			continue
		}
		found.commands++
		isShell, first := running.firstProcess()
		if isShell != shells[name] {
			found.differences = append(found.differences, fmt.Sprintf("%s: reachlint says that a shell stays in front: %t, and process 1 is %s",
				name, shells[name], first))
		}
	}
	return found, nil
}

func allTrue(answers []bool) bool {
	for _, it := range answers {
		if !it {
			return false
		}
	}
	return true
}

func sortedKeys[T any](of map[string]T) []string {
	var keys []string
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// What reachlint says of every way.
func (it *engine) verdicts(project string) ([]cell, error) {
	text, err := run(it.reachlint, "trace", "--all", "--format", "json", "--isolated", "--project", project)
	if err != nil {
		return nil, err
	}
	var document struct {
		Matrices []struct {
			Cells []cell `json:"cells"`
		} `json:"matrices"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	if len(document.Matrices) != 1 {
		return nil, fmt.Errorf("%d matrices", len(document.Matrices))
	}
	return document.Matrices[0].Cells, nil
}

// For each service that runs a program: whether reachlint says that a shell stays in front of it.
func (it *engine) shells(project string) (map[string]bool, error) {
	text, err := run(it.reachlint, "model", "--format", "json", "--isolated", project)
	if err != nil {
		return nil, err
	}
	type entry struct {
		Kind     string  `json:"kind"`
		Text     string  `json:"text"`
		Children []entry `json:"children"`
	}
	var document struct {
		Entries []entry `json:"entries"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	shells := map[string]bool{}
	for _, service := range document.Entries {
		if service.Kind != "service" && service.Kind != "container of command line" {
			continue
		}
		for _, child := range service.Children {
			if child.Kind != "process" {
				continue
			}
			shells[service.Text] = false
			for _, below := range child.Children {
				if below.Kind == "shell in front" {
					shells[service.Text] = true
				}
			}
		}
	}
	return shells, nil
}

func isShell(path string) bool {
	switch strings.TrimSuffix(filepath.Base(path), " (deleted)") {
	case "sh", "dash", "bash", "ash", "busybox":
		return true
	}
	return false
}
