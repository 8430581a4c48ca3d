package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// loader type-checks declarations; bodies of functions are left out.
//
// What a package imports from other modules is not downloaded unless a row cannot be judged without:
// for a stand-in it is enough that each name which the importing files use is a type of that package.
type loader struct {
	files    *token.FileSet
	standard map[string]*types.Package
	others   map[string]*module
}

// world is one module with what it may import, down to a depth.
type world struct {
	*loader
	module *module
	// depth is how many modules away packages are read; further ones are stand-ins.
	depth    int
	packages map[string]*types.Package
}

func newLoader() *loader {
	return &loader{files: token.NewFileSet(), standard: map[string]*types.Package{}, others: map[string]*module{}}
}

func (l *loader) world(of *module, depth int) *world {
	return &world{loader: l, module: of, depth: depth, packages: map[string]*types.Package{}}
}

func standardFolder(path string) string {
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
		vendored := filepath.Join(runtime.GOROOT(), "src", "vendor", filepath.FromSlash(path))
		if _, err := os.Stat(vendored); err == nil {
			return vendored
		}
		return ""
	}
	directory := filepath.Join(runtime.GOROOT(), "src", filepath.FromSlash(path))
	if _, err := os.Stat(directory); err != nil {
		return ""
	}
	return directory
}

// load reads a package of the world's module, or of the standard library.
func (w *world) load(path string) *types.Package {
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return w.loadStandard(path)
	}
	return w.loadFrom(w.module, path, w.depth)
}

func (w *world) loadStandard(path string) *types.Package {
	if path == "unsafe" {
		return types.Unsafe
	}
	if found, ok := w.standard[path]; ok {
		return found
	}
	directory := standardFolder(path)
	if directory == "" {
		return nil
	}
	w.standard[path] = nil
	found, _ := w.check(path, directory, func(path string, _ []*ast.File) *types.Package { return w.loadStandard(path) })
	w.standard[path] = found
	return found
}

// loadFrom reads a package of a module; packages of other modules are read while depth lasts.
func (w *world) loadFrom(of *module, path string, depth int) *types.Package {
	if found, ok := w.packages[path]; ok {
		return found
	}
	directory := of.folder(path)
	if directory == "" {
		return nil
	}
	w.packages[path] = nil
	found, _ := w.check(path, directory, func(imported string, files []*ast.File) *types.Package {
		first, _, _ := strings.Cut(imported, "/")
		if !strings.Contains(first, ".") {
			if it := w.loadStandard(imported); it != nil {
				return it
			}
		}
		if it := w.loadFrom(of, imported, depth); it != nil {
			return it
		}
		if depth > 0 {
			if other := w.provider(of, imported); other != nil {
				if it := w.loadFrom(other, imported, depth-1); it != nil {
					return it
				}
			}
		}
		return standIn(imported, files)
	})
	w.packages[path] = found
	return found
}

// provider is the module that a required package comes from, downloaded.
func (w *world) provider(of *module, path string) *module {
	best, version := "", ""
	for _, requires := range []map[string]string{w.module.requires, of.requires} {
		for required, at := range requires {
			inside := path == required || strings.HasPrefix(path, required+"/")
			if inside && len(required) > len(best) {
				best, version = required, at
			}
		}
	}
	if best == "" {
		return nil
	}
	key := best + "@" + version
	if found, ok := w.others[key]; ok {
		return found
	}
	it := &module{path: best, version: version}
	if err := download([]*module{it}); err != nil {
		it = nil
	}
	w.others[key] = it
	return it
}

// check parses and type-checks the package in a folder as a Linux build takes it.
func (w *world) check(
	path, directory string, imports func(string, []*ast.File) *types.Package,
) (*types.Package, error) {
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled = "linux", "amd64", true
	found, err := context.ImportDir(directory, 0)
	if err != nil && (found == nil || len(found.GoFiles)+len(found.CgoFiles) == 0) {
		return nil, err
	}
	var files []*ast.File
	for _, name := range append(found.GoFiles, found.CgoFiles...) {
		file, _ := parser.ParseFile(w.files, filepath.Join(directory, name), nil, parser.SkipObjectResolution)
		if file != nil {
			files = append(files, file)
		}
	}
	configuration := types.Config{
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Error:            func(error) {},
		Importer: importerFunc(func(imported string) (*types.Package, error) {
			if it := imports(imported, files); it != nil {
				return it, nil
			}
			return standIn(imported, files), nil
		}),
	}
	return configuration.Check(path, w.files, files, nil)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// standIn makes a package whose every name that the files use is a type.
func standIn(path string, files []*ast.File) *types.Package {
	name, names := guessName(path), map[string]bool{}
	for _, file := range files {
		local := ""
		for _, it := range file.Imports {
			if strings.Trim(it.Path.Value, `"`) == path {
				local = name
				if it.Name != nil {
					local = it.Name.Name
				}
			}
		}
		if local == "" {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if selector, ok := node.(*ast.SelectorExpr); ok {
				if left, ok := selector.X.(*ast.Ident); ok && left.Name == local {
					names[selector.Sel.Name] = true
				}
			}
			return true
		})
	}
	it := types.NewPackage(path, name)
	for name := range names {
		object := types.NewTypeName(token.NoPos, it, name, nil)
		types.NewNamed(object, types.NewStruct(nil, nil), nil)
		it.Scope().Insert(object)
	}
	it.MarkComplete()
	return it
}

// guessName is what a package of that path is called by custom.
func guessName(path string) string {
	path = unversioned(path)
	name := path[strings.LastIndex(path, "/")+1:]
	name = dottedVersion.ReplaceAllString(name, "")
	name = strings.TrimPrefix(name, "go-")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "-go"), ".go")
	if dash := strings.LastIndex(name, "-"); dash >= 0 {
		name = name[dash+1:]
	}
	return name
}
