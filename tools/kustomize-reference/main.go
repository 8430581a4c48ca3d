// Command kustomize-reference compares what reachlint makes of kustomizations with what kustomize itself makes of them; see
// README.md.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

var (
	fixtures = flag.Bool("fixtures", false, "write what kustomize says of each case in the FOLDER of cases")
	refusals = flag.Bool("refused", false, "show why both refuse a kustomization")
	equals   = flag.Bool("equal", false, "list the kustomizations that are equal")
)

func main() {
	log.SetFlags(0)
	log.SetOutput(io.Discard)
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: kustomize-reference REACHLINT CHECKOUTS...\n       kustomize-reference -fixtures FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	// Nothing is fetched: what is not in a checkout, reachlint cannot know.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		check(os.Setenv(name, "http://127.0.0.1:9"))
	}
	check(os.Setenv("GIT_ALLOW_PROTOCOL", "none"))
	switch {
	case *fixtures && flag.NArg() == 1:
		writeFixtures(flag.Arg(0))
	case flag.NArg() >= 2:
		os.Exit(compare(flag.Arg(0), flag.Args()[1:]))
	default:
		flag.Usage()
		os.Exit(2)
	}
}

// compare tells of each kustomization in the checkouts whether both say the same.
func compare(reachlint string, checkouts []string) int {
	reachlint, err := filepath.Abs(reachlint)
	check(err)
	counts := map[string]int{}
	for _, folder := range kustomizations(checkouts) {
		verdict, lines := judge(reachlint, folder)
		counts[verdict]++
		if (verdict == "equal" && !*equals) || (verdict == "refused by both" && !*refusals) {
			continue
		}
		fmt.Printf("%s: %s\n", folder, verdict)
		for _, line := range lines[:min(len(lines), 8)] {
			fmt.Printf("    %.300s\n", strings.ReplaceAll(line, "\n", " "))
		}
	}
	var verdicts []string
	for verdict := range counts {
		verdicts = append(verdicts, verdict)
	}
	sort.Strings(verdicts)
	for _, verdict := range verdicts {
		fmt.Printf("%5d %s\n", counts[verdict], verdict)
	}
	if counts["different"]+counts["only kustomize refuses"]+counts["only reachlint refuses"]+counts["failed"] > 0 {
		return 1
	}
	return 0
}

func judge(reachlint, folder string) (verdict string, lines []string) {
	theirs, refusal := build(folder)
	command := exec.Command(reachlint, "kustomize", ".")
	command.Dir = folder
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	err := command.Run()
	code := command.ProcessState.ExitCode()
	said := strings.TrimSpace(complaint.String())
	switch {
	case code == 3:
		return "not evaluated", []string{said}
	case code != 0 && code != 1:
		return "failed", []string{fmt.Sprint(err), said}
	case refusal != nil && code == 1:
		return "refused by both", []string{"kustomize: " + refusal.Error(), "reachlint: " + said}
	case refusal != nil:
		return "only kustomize refuses", []string{refusal.Error()}
	case code == 1:
		return "only reachlint refuses", []string{said}
	}
	var ours []any
	check(json.Unmarshal(out.Bytes(), &ours))
	differ("", byName(theirs), byName(ours), &lines)
	if len(lines) > 0 {
		return "different", lines
	}
	return "equal", nil
}

// build gives the objects that kustomize makes, as JSON says them.
func build(folder string) (objects []any, refusal error) {
	defer func() {
		if fault := recover(); fault != nil {
			refusal = fmt.Errorf("panic: %v", fault)
		}
	}()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}
	objects = []any{}
	for _, resource := range made.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			return nil, err
		}
		var object any
		if err := yaml.Unmarshal(text, &object); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// byName puts objects where they can be compared in any order.
func byName(objects []any) map[string]any {
	out := map[string]any{}
	for _, it := range objects {
		object, _ := it.(map[string]any)
		metadata, _ := object["metadata"].(map[string]any)
		name := fmt.Sprint(object["apiVersion"], " ", object["kind"], " ", metadata["namespace"], "/", metadata["name"])
		out[name] = it
	}
	return out
}

func differ(path string, theirs, ours any, out *[]string) {
	a, isMap := theirs.(map[string]any)
	b, areMaps := ours.(map[string]any)
	if isMap && areMaps {
		keys := map[string]bool{}
		for key := range a {
			keys[key] = true
		}
		for key := range b {
			keys[key] = true
		}
		var sorted []string
		for key := range keys {
			sorted = append(sorted, key)
		}
		sort.Strings(sorted)
		for _, key := range sorted {
			_, inA := a[key]
			_, inB := b[key]
			if inA != inB {
				*out = append(*out, fmt.Sprintf("%s/%s: kustomize %s, reachlint %s", path, key, show(a[key], inA), show(b[key], inB)))
				continue
			}
			differ(path+"/"+key, a[key], b[key], out)
		}
		return
	}
	listA, isList := theirs.([]any)
	listB, areLists := ours.([]any)
	if isList && areLists && len(listA) == len(listB) {
		for at := range listA {
			differ(fmt.Sprintf("%s/%d", path, at), listA[at], listB[at], out)
		}
		return
	}
	if !reflect.DeepEqual(theirs, ours) {
		*out = append(*out, fmt.Sprintf("%s: kustomize %s, reachlint %s", path, show(theirs, true), show(ours, true)))
	}
}

func show(value any, isThere bool) string {
	if !isThere {
		return "nothing"
	}
	text, _ := json.Marshal(value)
	return fmt.Sprintf("%.120s", text)
}

// kustomizations gives the folders of the kustomizations that reachlint reads, components apart.
func kustomizations(checkouts []string) []string {
	skipped := map[string]bool{"vendor": true, "node_modules": true, "bower_components": true, "third_party": true, "testdata": true}
	var out []string
	for _, root := range checkouts {
		check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := entry.Name()
			if entry.IsDir() && path != root && (skipped[name] || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			switch name {
			case "kustomization.yaml", "kustomization.yml", "Kustomization":
				if !entry.IsDir() && !isOther(path) {
					out = append(out, filepath.Dir(path))
				}
			}
			return nil
		}))
	}
	return out
}

// isOther tells a component, and an object of another tool that has the name of a kustomization.
func isOther(path string) bool {
	text, err := os.ReadFile(path)
	check(err)
	var head struct{ Kind string }
	_ = yaml.Unmarshal(text, &head)
	return head.Kind == "Component"
}

// writeFixtures writes `objects.json`, or `refused.txt`, of each case in a folder.
func writeFixtures(folder string) {
	cases, err := os.ReadDir(folder)
	check(err)
	for _, it := range cases {
		root, err := filepath.Abs(filepath.Join(folder, it.Name()))
		check(err)
		start := filepath.Join(root, "overlay")
		if _, err := os.Stat(start); errors.Is(err, fs.ErrNotExist) {
			start = root
		}
		for _, name := range []string{"objects.json", "refused.txt"} {
			_ = os.Remove(filepath.Join(root, name))
		}
		objects, refusal := build(start)
		if refusal != nil {
			text := strings.ReplaceAll(refusal.Error(), root, "/case") + "\n"
			check(os.WriteFile(filepath.Join(root, "refused.txt"), []byte(text), 0o644))
			continue
		}
		text, err := json.MarshalIndent(objects, "", "  ")
		check(err)
		check(os.WriteFile(filepath.Join(root, "objects.json"), append(text, '\n'), 0o644))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}
