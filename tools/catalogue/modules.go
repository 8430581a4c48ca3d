package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// module is a module at a version, as the Go module proxy has it.
type module struct {
	path    string
	version string
	// kept says that the version is an old one on purpose, with what later ones have no more.
	kept bool
	// dir is the folder of its source in the module cache.
	dir string
	// requires is what its go.mod asks for: module path to version.
	requires map[string]string
	// problem is why the module could not be had.
	problem string
	used    bool
}

func readModules(list string) ([]*module, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	var modules []*module
	for number, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := append(strings.Fields(line), "latest")
		it := &module{path: fields[0], version: fields[1], kept: len(fields) == 4 && fields[2] == "kept"}
		for _, other := range modules {
			if other.path == it.path && other.kept == it.kept && other.version == it.version {
				return nil, fmt.Errorf("%s:%d: %s is there twice", list, number+1, it.path)
			}
		}
		modules = append(modules, it)
	}
	return modules, nil
}

// writeModules writes the versions into the list; comments stay.
func writeModules(list string, modules []*module) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	versions := map[string]string{}
	for _, it := range modules {
		if !it.kept {
			versions[it.path] = it.version
		}
	}
	lines := strings.Split(string(text), "\n")
	for index, line := range lines {
		fields := append(strings.Fields(line), "")
		if version, ok := versions[fields[0]]; ok && version != "latest" && len(fields) < 4 {
			lines[index] = fields[0] + " " + version
		}
	}
	return os.WriteFile(list, []byte(strings.Join(lines, "\n")), 0o644)
}

// download brings the source of modules onto this machine with the go command, and reads their go.mod. A
// module that cannot be had says why in its problem.
func download(modules []*module) error {
	asked := map[string]*module{}
	arguments := []string{"mod", "download", "-json"}
	for _, it := range modules {
		asked[it.path+"@"+it.version] = it
		arguments = append(arguments, it.path+"@"+it.version)
	}
	// Outside of any module, so that none is touched.
	directory, err := os.MkdirTemp("", "catalogue")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	command := exec.Command("go", arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOTOOLCHAIN=local")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, runError := command.Output()
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var found struct{ Path, Query, Version, Dir, GoMod, Error string }
		if err := decoder.Decode(&found); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("go mod download: %w: %s", err, stderr.String())
		}
		it := asked[found.Path+"@"+found.Version]
		if found.Query != "" {
			it = asked[found.Path+"@"+found.Query]
		}
		switch {
		case it == nil:
		case found.Error != "":
			it.problem = strings.Join(strings.Fields(found.Error), " ")
		default:
			it.version, it.dir, it.problem = found.Version, found.Dir, ""
			it.requires = readRequires(found.GoMod)
		}
	}
	for _, it := range asked {
		if it.dir == "" && it.problem == "" {
			it.problem = fmt.Sprintf("not downloaded: %v %s", runError, strings.TrimSpace(stderr.String()))
		}
	}
	return nil
}

// toLatest downloads the latest version of every module; one that cannot be had at it keeps its own.
func toLatest(modules []*module) error {
	var latest []*module
	for _, it := range modules {
		query := "latest"
		if it.kept {
			query = it.version
		}
		latest = append(latest, &module{path: it.path, version: query, kept: it.kept})
	}
	if err := download(latest); err != nil {
		return err
	}
	for index, it := range modules {
		if found := latest[index]; found.problem == "" {
			*it = *found
		}
	}
	return nil
}

var requirement = regexp.MustCompile(`^\s*(?:require\s+)?(\S+)\s+(v\S+)`)

func readRequires(path string) map[string]string {
	requires := map[string]string{}
	file, err := os.Open(path)
	if err != nil {
		return requires
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if found := requirement.FindStringSubmatch(scanner.Text()); found != nil && strings.Contains(found[1], ".") {
			requires[found[1]] = found[2]
		}
	}
	return requires
}

// folder is where a package of the module is; empty when it has no such package.
func (m *module) folder(importPath string) string {
	if m.dir == "" {
		return ""
	}
	rest, ok := strings.CutPrefix(importPath, m.path)
	if !ok || (rest != "" && rest[0] != '/') {
		return ""
	}
	directory := filepath.Join(m.dir, filepath.FromSlash(rest))
	// A go.mod further down begins another module.
	for at := directory; len(at) > len(m.dir); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return ""
		}
	}
	if found, _ := filepath.Glob(filepath.Join(directory, "*.go")); len(found) == 0 {
		return ""
	}
	return directory
}

var versionPart = regexp.MustCompile(`^v[0-9]+$`)
var dottedVersion = regexp.MustCompile(`\.v[0-9]+$`)

// unversioned is a path without what only tells major versions apart.
func unversioned(path string) string {
	var parts []string
	for _, part := range strings.Split(path, "/") {
		if versionPart.MatchString(part) {
			continue
		}
		if strings.HasPrefix(path, "gopkg.in/") {
			part = dottedVersion.ReplaceAllString(part, "")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}
