package main

import (
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// fault is what is wrong with a row; url is the address that it should cite, when that is the fault.
type fault struct {
	message string
	url     string
}

// checker judges rows.
type checker struct {
	*loader
	modules []*module
	worlds  map[*module][]*world
}

// deepest is how many modules away a declaration is followed.
const deepest = 2

func newChecker(modules []*module) *checker {
	return &checker{loader: newLoader(), modules: modules, worlds: map[*module][]*world{}}
}

// unused lists modules that no row speaks of.
func (c *checker) unused() []string {
	var paths []string
	for _, it := range c.modules {
		if !it.used {
			paths = append(paths, it.path)
		}
	}
	return paths
}

// pinned is a version in an address of pkg.go.dev, beside that in the path.
var pinned = regexp.MustCompile(`@v[^/#]+`)

// candidate is a package that a row may mean: one major version of it.
type candidate struct {
	module *module
	path   string
}

// candidates are the packages that a path of a table stands for, one for each major version; absent says
// whether one more may be in a module that could not be had.
func (c *checker) candidates(path string) (found []candidate, absent bool) {
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return []candidate{{path: path}}, false
	}
	wanted, versioned := unversioned(path), unversioned(path) != path
	for _, it := range c.modules {
		base := unversioned(it.path)
		rest, ok := strings.CutPrefix(wanted, base)
		if !ok || (rest != "" && rest[0] != '/') {
			continue
		}
		full := it.path + rest
		if it.folder(path) != "" {
			full = path
		}
		if it.dir == "" {
			absent, it.used = true, true
			continue
		}
		if it.folder(full) == "" || (versioned && full != path) {
			continue
		}
		found = append(found, candidate{module: it, path: full})
	}
	return found, absent
}

// load reads a candidate's package, following other modules to a depth.
func (c *checker) load(of candidate, depth int) *types.Package {
	worlds := c.worlds[of.module]
	for len(worlds) <= depth {
		worlds = append(worlds, c.world(of.module, len(worlds)))
	}
	c.worlds[of.module] = worlds
	if of.module != nil {
		of.module.used = true
	}
	return worlds[depth].load(of.path)
}

// row says what is wrong with a row, and whether it could be checked. One major version at least must be
// as the row says, and none may have the function and be otherwise.
func (c *checker) row(of *table, it *row) ([]fault, bool) {
	if strings.Contains(it.pkg()+it.cells["function"], "*") {
		return nil, true
	}
	candidates, absent := c.candidates(it.pkg())
	if len(candidates) == 0 {
		if absent {
			return nil, false
		}
		return []fault{{message: "no module of modules.txt has this package"}}, true
	}
	var messages, partial, right []string
	for _, candidate := range candidates {
		anchor, exists, message := "", false, ""
		for depth := 0; depth <= deepest; depth++ {
			anchor, exists, message = c.judge(of, it, candidate, depth)
			if message == "" && exists {
				break
			}
		}
		switch {
		case !exists:
		case strings.HasPrefix(message, optional):
			text := strings.TrimPrefix(message, optional)
			partial = append(partial, fmt.Sprintf("%s: %s", candidate.describe(), text))
		case message != "":
			messages = append(messages, fmt.Sprintf("%s: %s", candidate.describe(), message))
		default:
			right = append(right, anchor)
			// The methods of an interface stand in its own paragraph.
			if of, ok := pkgType(c.load(candidate, 0), it.cells["type"]).(*types.Interface); ok && of != nil {
				right = append([]string{anchor[:strings.LastIndex(anchor, ".")]}, right...)
			}
		}
	}
	var faults []fault
	// What one major version has is enough.
	if len(right) == 0 {
		messages = append(messages, partial...)
	}
	if len(right) == 0 && len(messages) == 0 && absent {
		return nil, false
	}
	if len(right) == 0 && len(messages) == 0 {
		var tried []string
		for _, candidate := range candidates {
			tried = append(tried, candidate.describe())
		}
		faults = append(faults, fault{message: "there is no such function in " + strings.Join(tried, ", ")})
	}
	for _, message := range messages {
		faults = append(faults, fault{message: message})
	}
	if len(right) > 0 && !contains(right, pinned.ReplaceAllString(it.cells["url"], "")) {
		best := right[len(right)-1]
		faults = append(faults, fault{message: fmt.Sprintf("cites %s, its documentation is %s", it.cells["url"], best), url: best})
	}
	return faults, true
}

func (c candidate) describe() string {
	if c.module == nil {
		return c.path
	}
	return c.path + "@" + c.module.version
}

func contains(list []string, wanted string) bool {
	for _, it := range list {
		if it == wanted {
			return true
		}
	}
	return false
}

// judge compares a row with one package: the address of its documentation, whether the function exists,
// and what is wrong with the rest.
func (c *checker) judge(of *table, it *row, where candidate, depth int) (string, bool, string) {
	pkg := c.load(where, depth)
	if pkg == nil {
		return "", false, ""
	}
	address := "https://pkg.go.dev/" + where.path
	if field, ok := it.cells["field"]; ok {
		exists, message := judgeField(pkg, field, it)
		return address + "#" + it.cells["type"], exists, message
	}
	if _, ok := it.cells["type_package"]; ok {
		variable := it.cells["variable"]
		exists, message := judgeVariable(pkg, variable, it)
		return address + "#" + variable, exists, message
	}
	name := it.cells["function"]
	if typeName := it.cells["type"]; name == "" && typeName != "" && !definesFlags(of) {
		_, exists := pkg.Scope().Lookup(typeName).(*types.TypeName)
		return address + "#" + typeName, exists, ""
	}
	if name == "" && !definesFlags(of) {
		if wanted := it.cells["name"]; wanted != "" && wanted != pkg.Name() {
			return address, true, fmt.Sprintf("the package is called %s", pkg.Name())
		}
		return address, true, ""
	}
	if name == "" && definesFlags(of) {
		return flagLiteral(it, pkg, where)
	}
	if _, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok && it.cells["type"] == "" {
		// A conversion.
		return address + "#" + name, true, ""
	}
	if it.cells["at"] == "carrier" {
		// The field holds an object, not a function.
		object, _, _ := types.LookupFieldOrMethod(pkgType(pkg, it.cells["type"]), true, pkg, name)
		field, ok := object.(*types.Var)
		return address + "#" + it.cells["type"] + "." + name, ok && field.IsField(), ""
	}
	function, receiver := find(pkg, it.cells["type"], name)
	if function == nil {
		return "", false, ""
	}
	signature, ok := function.Type().Underlying().(*types.Signature)
	if !ok {
		return "", true, "it is no function"
	}
	return "https://pkg.go.dev/" + anchor(function, receiver, pkg, where), true, c.signature(of, it, pkg, receiver, signature)
}

// judgeVariable compares a row with a variable of a package.
func judgeVariable(pkg *types.Package, name string, it *row) (bool, string) {
	variable, ok := pkg.Scope().Lookup(name).(*types.Var)
	if !ok {
		return false, ""
	}
	found := describePath(dereference(variable.Type()))
	if wanted := unversioned(it.cells["type_package"]) + "." + it.cells["type_name"]; found != wanted {
		return true, fmt.Sprintf("it is a %s", found)
	}
	return true, ""
}

// elements is what a table calls the elements of a type that is a list.
const elements = "[]"

// judgeField compares a row with a field of a struct type: its type, whether it is embedded, and its tag.
func judgeField(pkg *types.Package, name string, it *row) (bool, string) {
	if list, ok := pkgType(pkg, it.cells["type"]).(*types.Slice); ok && name == elements {
		wanted := unversioned(it.cells["field_package"]) + "." + it.cells["field_type"]
		if found := describePath(dereference(list.Elem())); found != wanted {
			return true, fmt.Sprintf("it is a list of %s", found)
		}
		return true, ""
	}
	of, ok := pkgType(pkg, it.cells["type"]).(*types.Struct)
	if !ok {
		return false, ""
	}
	for index := range of.NumFields() {
		field := of.Field(index)
		if field.Name() != name {
			continue
		}
		if field.Embedded() != (it.cells["embedded"] == "yes") {
			return true, fmt.Sprintf("%s: embedded is %t", name, field.Embedded())
		}
		element := field.Type()
		if list, ok := element.Underlying().(*types.Slice); ok {
			element = list.Elem()
		}
		wanted := unversioned(it.cells["field_package"]) + "." + it.cells["field_type"]
		if found := describePath(dereference(element)); it.cells["field_type"] != "" && found != wanted {
			return true, fmt.Sprintf("%s is a %s", name, found)
		}
		key, options, _ := strings.Cut(reflect.StructTag(of.Tag(index)).Get("json"), ",")
		if key != it.cells["key"] {
			return true, fmt.Sprintf("the key of %s is %q", name, key)
		}
		for _, option := range strings.Split(it.cells["options"], "|") {
			if !contains(strings.Split(options, ","), option) {
				return true, fmt.Sprintf("the options of %s are %q", name, options)
			}
		}
		return true, ""
	}
	return true, optional + "it has no field " + name
}

// pkgType is what a type of a package is underneath.
func pkgType(pkg *types.Package, name string) types.Type {
	if pkg == nil {
		return nil
	}
	if found, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok {
		return found.Type().Underlying()
	}
	return nil
}

// find looks for a function, method or package variable of function type.
func find(pkg *types.Package, typeName, name string) (types.Object, types.Type) {
	if typeName == "" {
		object := pkg.Scope().Lookup(name)
		if object == nil {
			return nil, nil
		}
		if _, ok := object.Type().Underlying().(*types.Signature); !ok {
			return nil, nil
		}
		return object, nil
	}
	named, ok := pkg.Scope().Lookup(typeName).(*types.TypeName)
	if !ok {
		return nil, nil
	}
	object, _, _ := types.LookupFieldOrMethod(types.NewPointer(named.Type()), true, pkg, name)
	if object == nil {
		object, _, _ = types.LookupFieldOrMethod(named.Type(), true, pkg, name)
	}
	if object == nil {
		return nil, nil
	}
	if _, ok := object.Type().Underlying().(*types.Signature); !ok {
		return nil, nil
	}
	return object, named.Type()
}

// anchor is where pkg.go.dev documents a function: at the type that declares it.
func anchor(function types.Object, receiver types.Type, pkg *types.Package, where candidate) string {
	if receiver == nil {
		return where.path + "#" + function.Name()
	}
	owner := receiver
	if it, ok := function.(*types.Func); ok {
		if declared := it.Type().(*types.Signature).Recv(); declared != nil {
			owner = declared.Type()
		}
	}
	if pointer, ok := owner.(*types.Pointer); ok {
		owner = pointer.Elem()
	}
	named, ok := owner.(*types.Named)
	if !ok || !named.Obj().Exported() || named.Obj().Pkg() == nil {
		named, ok = types.Unalias(receiver).(*types.Named)
		if !ok {
			return where.path + "#" + function.Name()
		}
	}
	return named.Obj().Pkg().Path() + "#" + named.Obj().Name() + "." + function.Name()
}

// columns of places, and what may stand there.
var placeColumns = []struct {
	name   string
	accept func(types.Type) bool
	expect string
}{
	{"address", isText, "text, a number or an address"},
	{"scheme", isText, "text"},
	{"network", isText, "text"},
	{"pattern", isText, "text"},
	{"method", isTextOrList, "text"},
	{"key", isText, "text"},
	{"name", isText, "text"},
	{"target", isTarget, "a pointer"},
	{"signals", isSignal, "a list of signals"},
	{"argument", anything, "anything"},
}

// optional begins a message about a field that not every major version need have.
const optional = "optional: "

// signature compares the places and the result that a row claims with what the function has.
func (c *checker) signature(
	of *table, it *row, pkg *types.Package, receiver types.Type, signature *types.Signature,
) string {
	if definesFlags(of) {
		return flagCall(it, pkg, receiver, signature)
	}
	for _, column := range placeColumns {
		cell, ok := it.cells[column.name]
		// Words (`http`, `GET`, `tcp`) and arguments (`@0`) share these columns.
		if !ok || ((column.name == "scheme" || column.name == "method") && !strings.HasPrefix(cell, "@")) {
			continue
		}
		accept, expect := column.accept, column.expect
		if column.name == "address" && it.cells["form"] == "listener" {
			accept, expect = isListener, "a listener"
		}
		if column.name == "address" && it.cells["form"] == "unknown" {
			accept = anything
		}
		places, err := readPlaces(cell)
		if err != nil {
			return err.Error()
		}
		for _, place := range places {
			found, problem := placeType(place, pkg, receiver, signature)
			if problem != "" {
				return fmt.Sprintf("%s %s: %s", column.name, cell, problem)
			}
			if !accept(found) {
				return fmt.Sprintf("%s %s is %s, not %s", column.name, cell, describe(found), expect)
			}
		}
	}
	for _, field := range strings.Split(it.cells["passes"], "|") {
		if field == "" {
			continue
		}
		if _, problem := placeType(place{fields: []string{field}}, pkg, receiver, signature); problem != "" {
			return fmt.Sprintf("%spasses %s: %s", optional, field, problem)
		}
	}
	for _, name := range strings.Split(it.cells["unless"], "|") {
		if name != "" && pkg.Scope().Lookup(name) == nil {
			return fmt.Sprintf("there is no function %s, which unless names", name)
		}
	}
	if wanted, ok := it.cells["result_type"]; ok {
		return result(pkg, signature, it.cells["result_package"], wanted)
	}
	return ""
}

// result compares the type of the first result; a package may give it a name of its own (an alias).
func result(pkg *types.Package, signature *types.Signature, wantedPackage, wantedName string) string {
	if signature.Results().Len() == 0 {
		return "it has no result"
	}
	first := types.Unalias(signature.Results().At(0).Type())
	for {
		pointer, ok := first.(*types.Pointer)
		if !ok {
			break
		}
		first = types.Unalias(pointer.Elem())
	}
	named, ok := first.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return fmt.Sprintf("its result is %s", describe(first))
	}
	alias, _ := pkg.Scope().Lookup(wantedName).(*types.TypeName)
	inPackage := unversioned(pkg.Path()) == unversioned(wantedPackage)
	if inPackage && alias != nil && types.Identical(types.Unalias(alias.Type()), named) {
		return ""
	}
	path, name := unversioned(named.Obj().Pkg().Path()), named.Obj().Name()
	if path != unversioned(wantedPackage) || name != wantedName {
		return fmt.Sprintf("its result is %s.%s", path, name)
	}
	return ""
}

// placeType is the type of the value at a place of a call.
func placeType(at place, pkg *types.Package, receiver types.Type, signature *types.Signature) (types.Type, string) {
	var found types.Type
	switch parameters := signature.Params(); {
	case at.receiver && receiver == nil:
		return nil, "it has no receiver"
	case at.receiver:
		found = receiver
	case at.result:
		if signature.Results().Len() == 0 {
			return nil, "it has no result"
		}
		return signature.Results().At(0).Type(), ""
	case at.argument >= parameters.Len():
		return nil, fmt.Sprintf("it has %d parameters", parameters.Len())
	default:
		found = parameters.At(at.argument).Type()
		last := signature.Variadic() && at.argument == parameters.Len()-1
		if at.variadic && !last {
			return nil, "the parameter is not variadic"
		}
		if list, ok := found.(*types.Slice); ok && last {
			found = list.Elem()
		}
	}
	for _, field := range at.fields {
		next := step(found, field, pkg)
		if next == nil {
			return nil, fmt.Sprintf("%s has no field %s", describe(found), field)
		}
		found = next
	}
	if at.list {
		switch it := found.Underlying().(type) {
		case *types.Slice:
			found = it.Elem()
		case *types.Array:
			found = it.Elem()
		case *types.Map:
			found = it.Elem()
		default:
			return nil, fmt.Sprintf("%s is no list", describe(found))
		}
	}
	return found, ""
}

// step is the type of a field or of a map's values. An interface stands for the structs of its package
// that implement it.
func step(of types.Type, field string, pkg *types.Package) types.Type {
	of = dereference(of)
	if it, ok := of.Underlying().(*types.Map); ok {
		return it.Elem()
	}
	if object, _, _ := types.LookupFieldOrMethod(of, true, pkg, field); object != nil {
		if found, ok := object.(*types.Var); ok {
			return found.Type()
		}
	}
	wanted, ok := of.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	scope := pkg.Scope()
	if named, ok := of.(*types.Named); ok && named.Obj().Pkg() != nil {
		scope = named.Obj().Pkg().Scope()
	}
	names := scope.Names()
	sort.Strings(names)
	for _, name := range names {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		if _, ok := object.Type().Underlying().(*types.Struct); !ok {
			continue
		}
		if !types.Implements(object.Type(), wanted) && !types.Implements(types.NewPointer(object.Type()), wanted) {
			continue
		}
		if found := step(object.Type(), field, pkg); found != nil {
			return found
		}
	}
	return nil
}

func dereference(it types.Type) types.Type {
	it = types.Unalias(it)
	if pointer, ok := it.(*types.Pointer); ok {
		return types.Unalias(pointer.Elem())
	}
	return it
}

// addressTypes are structs and interfaces that hold one address.
var addressTypes = map[string]bool{
	"net.Addr": true, "net.TCPAddr": true, "net.UDPAddr": true, "net/url.URL": true,
	"net/netip.AddrPort": true, "net.IP": true,
}

func isText(it types.Type) bool {
	it = dereference(it)
	if named, ok := it.(*types.Named); ok && named.Obj().Pkg() != nil {
		if addressTypes[named.Obj().Pkg().Path()+"."+named.Obj().Name()] {
			return true
		}
	}
	switch it := it.Underlying().(type) {
	case *types.Basic:
		return it.Info()&(types.IsString|types.IsInteger) != 0
	case *types.Interface:
		return it.Empty()
	}
	return false
}

func anything(types.Type) bool { return true }

func isTextOrList(it types.Type) bool {
	if list, ok := it.Underlying().(*types.Slice); ok {
		return isText(list.Elem())
	}
	return isText(it)
}

// isTarget asks for what a function may fill: a pointer, or anything.
func isTarget(it types.Type) bool {
	switch it := types.Unalias(it).(type) {
	case *types.Pointer, *types.TypeParam:
		return true
	default:
		anything, ok := it.Underlying().(*types.Interface)
		return ok && anything.Empty()
	}
}

func isSignal(it types.Type) bool {
	named, ok := types.Unalias(it).(*types.Named)
	return ok && named.Obj().Name() == "Signal"
}

// isListener asks for what takes connections or packets.
func isListener(it types.Type) bool {
	for _, method := range []string{"Accept", "ReadFrom"} {
		if object, _, _ := types.LookupFieldOrMethod(it, true, nil, method); object != nil {
			return true
		}
	}
	return false
}

// describePath is a type with the path of its package, without version.
func describePath(it types.Type) string {
	return types.TypeString(it, func(of *types.Package) string { return unversioned(of.Path()) })
}

func describe(it types.Type) string {
	return types.TypeString(it, func(of *types.Package) string { return of.Name() })
}
