package main

import (
	"fmt"
	"go/types"
	"path/filepath"
	"strings"
)

// flagColumns are the columns of go-flag.csv that hold the places of one flag.
var flagColumns = []string{"target", "name", "short", "default", "variable", "required"}

// definesFlags says whether a table is the one whose places are written in a way of its own: `0`,
// `Default:0` for an argument of another call of the chain, `.Name` for a field, alternatives with `|`.
func definesFlags(of *table) bool {
	return filepath.Base(of.path) == "go-flag.csv"
}

// flagCall compares the places of a flag with the function that defines it.
func flagCall(it *row, pkg *types.Package, receiver types.Type, signature *types.Signature) string {
	for _, column := range flagColumns {
		cell := it.cells[column]
		problem := ""
		for _, text := range alternatives(cell) {
			if problem = flagPlace(text, pkg, receiver, signature, column != "required"); problem == "" {
				break
			}
		}
		if problem != "" {
			return fmt.Sprintf("%s %s: %s", column, cell, problem)
		}
	}
	return ""
}

func alternatives(cell string) []string {
	if cell == "" || cell == "-" {
		return nil
	}
	return strings.Split(cell, "|")
}

func flagPlace(
	text string, pkg *types.Package, receiver types.Type, signature *types.Signature, argument bool,
) string {
	method, index, chained := strings.Cut(text, ":")
	if !chained {
		method, index = "", text
	}
	places, err := readPlaces(index)
	if err != nil {
		return err.Error()
	}
	if chained {
		found := methodOf(pkg, receiver, method)
		if found == nil {
			return fmt.Sprintf("no type has a method %s", method)
		}
		if !argument {
			return ""
		}
		signature = found
	}
	for _, place := range places {
		if _, problem := placeType(place, pkg, receiver, signature); problem != "" {
			return problem
		}
	}
	return ""
}

// methodOf finds a method of a type, or else of any type of its package.
func methodOf(pkg *types.Package, receiver types.Type, name string) *types.Signature {
	owners := []types.Type{receiver}
	for _, it := range pkg.Scope().Names() {
		if named, ok := pkg.Scope().Lookup(it).(*types.TypeName); ok {
			owners = append(owners, named.Type())
		}
	}
	for _, owner := range owners {
		if owner == nil {
			continue
		}
		object, _, _ := types.LookupFieldOrMethod(types.NewPointer(owner), true, pkg, name)
		if object == nil {
			continue
		}
		if found, ok := object.Type().(*types.Signature); ok {
			return found
		}
	}
	return nil
}

// flagLiteral compares the fields of a flag with the struct type whose literals define it: the address of
// its documentation, whether the type exists, and what is wrong. Fields that only another major version has
// are not missed, but for the name's.
func flagLiteral(it *row, pkg *types.Package, where candidate) (string, bool, string) {
	named, ok := pkg.Scope().Lookup(it.cells["type"]).(*types.TypeName)
	if !ok {
		return "", false, ""
	}
	address := "https://pkg.go.dev/" + where.path + "#" + named.Name()
	for _, text := range alternatives(it.cells["name"]) {
		field, ok := strings.CutPrefix(text, ".")
		if !ok {
			return address, true, fmt.Sprintf("name %s is no field", text)
		}
		if step(named.Type(), field, pkg) == nil {
			return address, true, fmt.Sprintf("%s has no field %s", describe(named.Type()), field)
		}
	}
	if variables := alternatives(it.cells["variable"]); len(variables) > 0 {
		for _, text := range variables {
			if step(named.Type(), strings.TrimPrefix(text, "."), pkg) != nil {
				return address, true, ""
			}
		}
		return address, true, fmt.Sprintf("%s has no field of %s", describe(named.Type()), it.cells["variable"])
	}
	return address, true, ""
}
