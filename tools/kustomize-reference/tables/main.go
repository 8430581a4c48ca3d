// Command tables writes what kustomize knows of Kubernetes and of its own fields to rules/catalogue: which lists merge by
// which keys, which kinds have no namespace, and where each of its transformers looks.
//
//	go run ./tables ../../rules/catalogue
package main

import (
	"encoding/csv"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: tables FOLDER")
	}
	folder := os.Args[1]
	kinds, types := kinds()
	write(filepath.Join(folder, "kubernetes-kinds.csv"), kindsHead, kinds)
	write(filepath.Join(folder, "kubernetes-lists.csv"), listsHead, lists(types))
	write(filepath.Join(folder, "kustomize-fields.csv"), fieldsHead, fields())
}

const kindsHead = `# The kinds of Kubernetes as kustomize knows them, written by tools/kustomize-reference/tables.
# type: where kubernetes-lists.csv says what its lists merge by; empty when there is nothing to say.
# scope: cluster, or namespaced.
# Source: the OpenAPI document in https://pkg.go.dev/sigs.k8s.io/kustomize/kyaml/openapi.
`

const listsHead = `# The fields on the way to lists that a strategic merge patch merges by keys; every other list is replaced.
# Written by tools/kustomize-reference/tables.
# of: the type of the value, or of the items.
# merge: empty for a mapping; for a list the keys with | between them, or @items when equal items are one.
# Source: x-kubernetes-patch-merge-key, x-kubernetes-list-map-keys and x-kubernetes-patch-strategy of the OpenAPI document
# in https://pkg.go.dev/sigs.k8s.io/kustomize/kyaml/openapi.
`

const fieldsHead = `# Where each transformer of kustomize looks, written by tools/kustomize-reference/tables.
# target_*: for nameReference the kind that is named; else empty.
# group, version, kind: the objects that have the field; empty is any.
# path: with / between the keys, \/ in a key, [] behind a list that is a list for certain.
# create: true when the field is made where it is missing.
# Source: https://github.com/kubernetes-sigs/kustomize/tree/master/api/internal/konfig/builtinpluginconsts.
`

// kinds gives the rows of the kinds, and the types that they have.
func kinds() (rows [][]string, types map[string]bool) {
	rows = [][]string{{"api_version", "kind", "type", "scope"}}
	types = map[string]bool{}
	definitions := openapi.Schema().Definitions
	var names []string
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	var found [][]string
	for _, name := range names {
		extension, _ := definitions[name].Extensions["x-kubernetes-group-version-kind"].([]interface{})
		if len(extension) != 1 {
			continue
		}
		it := extension[0].(map[string]interface{})
		group, version, kind := it["group"].(string), it["version"].(string), it["kind"].(string)
		apiVersion := version
		if group != "" {
			apiVersion = group + "/" + version
		}
		meta := kyaml.TypeMeta{APIVersion: apiVersion, Kind: kind}
		namespaced, known := openapi.IsNamespaceScoped(meta)
		scope := "namespaced"
		if known && !namespaced {
			scope = "cluster"
		}
		if reaches(name, nil) {
			types[name] = true
			found = append(found, []string{apiVersion, kind, short(name), scope})
		} else if scope == "cluster" {
			found = append(found, []string{apiVersion, kind, "", scope})
		}
	}
	sort.Slice(found, func(i, j int) bool { return strings.Join(found[i], ",") < strings.Join(found[j], ",") })
	return append(rows, found...), types
}

// lists gives the fields of these types and of all that they hold.
func lists(types map[string]bool) [][]string {
	var todo []string
	for name := range types {
		todo = append(todo, name)
	}
	done := map[string]bool{}
	var found [][]string
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if done[name] {
			continue
		}
		done[name] = true
		for field, schema := range openapi.Schema().Definitions[name].Properties {
			of, merge, ok := follow(schema)
			if field == "status" || !ok {
				continue
			}
			if merge == "" && !reaches(of, nil) {
				continue
			}
			to := ""
			if of != "" && reaches(of, nil) {
				to = short(of)
				todo = append(todo, of)
			}
			found = append(found, []string{short(name), field, to, merge})
		}
	}
	sort.Slice(found, func(i, j int) bool { return strings.Join(found[i], ",") < strings.Join(found[j], ",") })
	return append([][]string{{"type", "field", "of", "merge"}}, found...)
}

// follow gives the type of a field's value or items, and what a list merges by.
func follow(schema spec.Schema) (of, merge string, ok bool) {
	if reference := schema.Ref.String(); reference != "" {
		return strings.TrimPrefix(reference, "#/definitions/"), "", true
	}
	if schema.Items == nil || schema.Items.Schema == nil {
		return "", "", false
	}
	strategy, keys := (&openapi.ResourceSchema{Schema: &schema}).PatchStrategyAndKeyList()
	merges := false
	for _, it := range strings.Split(strategy, ",") {
		merges = merges || it == "merge"
	}
	if !merges {
		return "", "", false
	}
	of = strings.TrimPrefix(schema.Items.Schema.Ref.String(), "#/definitions/")
	if len(keys) == 0 {
		return of, "@items", true
	}
	return of, strings.Join(keys, "|"), true
}

// reaches tells whether a value of the type holds a list that merges, be it deep inside.
func reaches(name string, above []string) bool {
	for _, it := range above {
		if it == name {
			return false
		}
	}
	for field, schema := range openapi.Schema().Definitions[name].Properties {
		of, merge, ok := follow(schema)
		if field == "status" || !ok {
			continue
		}
		if merge != "" || reaches(of, append(above, name)) {
			return true
		}
	}
	return false
}

func short(name string) string {
	parts := strings.Split(name, ".")
	return strings.Join(parts[len(parts)-3:], ".")
}

// fields gives where the transformers look, out of the texts in the source of kustomize.
func fields() [][]string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kustomize/api").Output()
	check(err)
	folder := filepath.Join(strings.TrimSpace(string(out)), "internal/konfig/builtinpluginconsts")
	packages, err := parser.ParseDir(token.NewFileSet(), folder, nil, 0)
	check(err)
	constants := map[string]ast.Expr{}
	for _, file := range packages["builtinpluginconsts"].Files {
		ast.Inspect(file, func(node ast.Node) bool {
			if it, ok := node.(*ast.ValueSpec); ok && len(it.Values) == 1 {
				constants[it.Names[0].Name] = it.Values[0]
			}
			return true
		})
	}
	type gvk struct{ Group, Version, Kind string }
	type field struct {
		gvk    `json:",inline"`
		Path   string
		Create bool
	}
	rows := [][]string{{"use", "target_group", "target_version", "target_kind", "group", "version", "kind", "path", "create"}}
	row := func(use string, target gvk, it field) {
		create := ""
		if it.Create {
			create = "true"
		}
		rows = append(rows, []string{use, target.Group, target.Version, target.Kind, it.Group, it.Version, it.Kind, it.Path, create})
	}
	for _, name := range []string{
		"namePrefixFieldSpecs", "nameSuffixFieldSpecs", "namespaceFieldSpecs", "commonLabelFieldSpecs", "templateLabelFieldSpecs",
		"volumeClaimTemplateLabelFieldSpecs", "commonAnnotationFieldSpecs", "imagesFieldSpecs", "replicasFieldSpecs",
		"varReferenceFieldSpecs",
	} {
		var sections map[string][]field
		check(yaml.Unmarshal([]byte(text(constants, constants[name])), &sections))
		for use, list := range sections {
			for _, it := range list {
				row(use, gvk{}, it)
			}
		}
	}
	var references struct {
		NameReference []struct {
			gvk        `json:",inline"`
			FieldSpecs []field
		}
	}
	check(yaml.Unmarshal([]byte(text(constants, constants["nameReferenceFieldSpecs"])), &references))
	for _, target := range references.NameReference {
		for _, it := range target.FieldSpecs {
			row("nameReference", target.gvk, it)
		}
	}
	return rows
}

func text(constants map[string]ast.Expr, it ast.Expr) string {
	switch it := it.(type) {
	case *ast.BasicLit:
		value, err := strconv.Unquote(it.Value)
		check(err)
		return value
	case *ast.BinaryExpr:
		return text(constants, it.X) + text(constants, it.Y)
	case *ast.Ident:
		return text(constants, constants[it.Name])
	}
	log.Fatalf("%T is no text", it)
	return ""
}

func write(path, head string, rows [][]string) {
	file, err := os.Create(path)
	check(err)
	_, err = fmt.Fprint(file, head)
	check(err)
	writer := csv.NewWriter(file)
	check(writer.WriteAll(rows))
	check(file.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
