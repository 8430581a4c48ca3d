package main

import (
	"archive/tar"
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// No registry is asked: what stands in for an image of somebody else is made of this machine's own programs.
//
//   - golang: busybox and this machine's Go, with the standard library compiled and the modules downloaded;
//   - alpine: busybox, whose `sh` is ash;
//   - debian: the shell of Debian, dash, and a few tools; `apt-get install curl` brings a curl that is made of wget;
//   - fedora: bash as `sh`, and the same tools;
//   - distroless and the datastores: a program of its own that answers on their port.
func makeImages(engine *engine, projects []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	made := map[string]string{}
	for _, reference := range references(projects) {
		name, _, _ := strings.Cut(reference, ":")
		if first, ok := made[name]; ok {
			if _, err := run("docker", "tag", first, reference); err != nil {
				return err
			}
			continue
		}
		image := &archive{path: filepath.Join(engine.work, "image.tar")}
		if err := image.create(); err != nil {
			return err
		}
		switch name {
		case "golang":
			err = image.golang(engine.cache)
		case "alpine":
			err = image.busybox(nil)
		case "debian":
			err = image.shell("dash", debianTools)
		case "fedora":
			err = image.shell("bash-static", debianTools[:len(debianTools)-2])
		case "gcr.io/distroless/static-debian12":
			err = image.add("/etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/sbin/nologin\n"))
		case "postgres":
			err = image.server(self, "5432")
		case "redis":
			err = image.server(self, "6379")
		default:
			err = fmt.Errorf("nothing stands in for %s", reference)
		}
		if err != nil {
			return err
		}
		if err := image.load(reference); err != nil {
			return err
		}
		made[name] = reference
	}
	return nil
}

// The images of others that Dockerfiles, Compose files and scripts name, those of scripts with a number behind them.
func references(projects []string) []string {
	written := regexp.MustCompile(`(?mi)^(?:FROM|[ \t]+image:|docker run .*)[ \t]+(\S+)`)
	stage := regexp.MustCompile(`(?mi)^FROM\s.*\sAS\s+(\S+)`)
	var found []string
	seen := map[string]bool{"scratch": true}
	for _, project := range projects {
		_ = filepath.WalkDir(project, func(path string, entry fs.DirEntry, err error) error {
			if name := entry.Name(); err != nil || (name != "Dockerfile" && name != "compose.yaml" && name != scriptName) {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			own := map[string]bool{}
			for _, match := range stage.FindAllStringSubmatch(string(text), -1) {
				own[match[1]] = true
			}
			for _, match := range written.FindAllStringSubmatch(string(text), -1) {
				isBuilt := filepath.Base(path) == scriptName && !strings.Contains(match[1], ":")
				if !seen[match[1]] && !own[match[1]] && !isBuilt {
					seen[match[1]] = true
					found = append(found, match[1])
				}
			}
			return nil
		})
	}
	return found
}

// Compiles the programs of all projects, so that only their own packages are left to the builds in containers.
func fillCache(engine *engine, projects []string) error {
	cache := engine.cache
	environment := append(os.Environ(), "CGO_ENABLED=0", "GOCACHE="+cache+"/build", "GOMODCACHE="+cache+"/modules",
		"GOFLAGS=-modcacherw -trimpath -buildvcs=false", "GOTOOLCHAIN=local", "GOWORK=off")
	for _, project := range projects {
		for _, arguments := range [][]string{{"mod", "download"}, {"build", "-o", os.DevNull, "./..."}} {
			command := exec.Command("go", arguments...)
			command.Dir, command.Env = project, environment
			if text, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("go %s in %s: %w\n%s", strings.Join(arguments, " "), project, err, text)
			}
		}
	}
	return nil
}

// The root file system of an image under construction.
type archive struct {
	path    string
	file    *os.File
	buffer  *bufio.Writer
	out     *tar.Writer
	changes []string
}

func (it *archive) create() error {
	file, err := os.Create(it.path)
	if err != nil {
		return err
	}
	it.file, it.buffer = file, bufio.NewWriterSize(file, 1<<20)
	it.out = tar.NewWriter(it.buffer)
	return nil
}

func (it *archive) add(path string, mode int64, text []byte) error {
	header := &tar.Header{Name: strings.TrimPrefix(path, "/"), Mode: mode, Size: int64(len(text)), Typeflag: tar.TypeReg}
	if err := it.out.WriteHeader(header); err != nil {
		return err
	}
	_, err := it.out.Write(text)
	return err
}

func (it *archive) link(path, target string) error {
	return it.out.WriteHeader(&tar.Header{
		Name: strings.TrimPrefix(path, "/"), Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink,
	})
}

// Adds a file of this machine, or what a link leads to.
func (it *archive) copy(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	header := &tar.Header{
		Name: strings.TrimPrefix(to, "/"), Mode: int64(info.Mode().Perm()), Size: info.Size(), Typeflag: tar.TypeReg,
		ModTime: info.ModTime(),
	}
	if err := it.out.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(it.out, file)
	return err
}

// Adds a folder of this machine without what `skip` names.
func (it *archive) tree(from, to string, skip func(string) bool) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, _ := filepath.Rel(from, path)
		if entry.IsDir() {
			if skip(below) {
				return filepath.SkipDir
			}
			return nil
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return nil
		}
		return it.copy(path, filepath.Join(to, below))
	})
}

// The tools of Debian and Fedora that the projects use, the last two of Debian alone.
var debianTools = []string{"cat", "chmod", "ls", "mkdir", "mv", "rm", "sleep", "true", "curl", "apt-get"}

// Brings `curl` when it is asked to install it, as the shop's image does.
const aptGet = `#!/bin/sh
for word; do
	if [ "$word" = curl ]; then
		printf '#!/bin/sh\nfor url; do :; done\nexec /bin/busybox wget -q -O /dev/null "$url"\n' > /usr/bin/curl
		/bin/busybox chmod 755 /usr/bin/curl
	fi
done
`

func (it *archive) busybox(tools []string) error {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	if err := it.copy(path, "/bin/busybox"); err != nil {
		return err
	}
	if tools == nil {
		text, err := run(path, "--list")
		if err != nil {
			return err
		}
		tools = strings.Fields(text)
	}
	for _, tool := range tools {
		if tool == "busybox" {
			continue
		}
		if err := it.link("/bin/"+tool, "/bin/busybox"); err != nil {
			return err
		}
	}
	if err := it.add("/etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\n")); err != nil {
		return err
	}
	it.changes = append(it.changes, "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	return it.add("/tmp/.keep", 0o644, nil)
}

// A file system with a shell of this machine as `sh` and a few tools.
func (it *archive) shell(name string, tools []string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	var own []string
	for _, tool := range tools {
		switch tool {
		case "apt-get":
			if err := it.add("/usr/bin/apt-get", 0o755, []byte(aptGet)); err != nil {
				return err
			}
		case "curl":
		default:
			own = append(own, tool)
		}
	}
	if err := it.busybox(own); err != nil {
		return err
	}
	shell := strings.TrimSuffix(name, "-static")
	if err := it.copy(path, "/bin/"+shell); err != nil {
		return err
	}
	if err := it.link("/bin/sh", "/bin/"+shell); err != nil {
		return err
	}
	// The libraries of a shell that is not static.
	libraries, err := run("ldd", path)
	if err != nil {
		return nil
	}
	for _, word := range strings.Fields(libraries) {
		if strings.HasPrefix(word, "/") {
			if err := it.copy(word, word); err != nil {
				return err
			}
		}
	}
	return nil
}

func (it *archive) golang(cache string) error {
	if err := it.busybox(nil); err != nil {
		return err
	}
	root := strings.TrimSpace(runtime.GOROOT())
	if text, err := run("go", "env", "GOROOT"); err == nil {
		root = strings.TrimSpace(text)
	}
	unused := func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return first == "test" || first == "api" || first == "doc" || filepath.Base(path) == "testdata"
	}
	resolved, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	if err := it.tree(resolved, root, unused); err != nil {
		return err
	}
	nothing := func(string) bool { return false }
	if err := it.tree(filepath.Join(cache, "build"), "/cache/build", nothing); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(cache, "modules/cache/download")); err == nil {
		if err := it.tree(filepath.Join(cache, "modules/cache/download"), "/cache/modules", nothing); err != nil {
			return err
		}
	}
	it.changes = []string{
		"ENV PATH=" + root + "/bin:/usr/local/bin:/usr/bin:/bin",
		"ENV GOROOT=" + root,
		"ENV GOCACHE=/cache/build",
		"ENV GOPROXY=file:///cache/modules",
		"ENV GONOSUMDB=*",
		"ENV GOTOOLCHAIN=local",
		// What is compiled must not depend on the folder, or nothing of the cache would count here.
		"ENV GOFLAGS=-trimpath",
		"ENV HOME=/root",
	}
	return nil
}

func (it *archive) server(self, port string) error {
	it.changes = []string{"EXPOSE " + port, fmt.Sprintf(`CMD ["/server", "serve", %q]`, port)}
	return it.copy(self, "/server")
}

// Hands the file system to the engine.
func (it *archive) load(reference string) error {
	if err := it.out.Close(); err != nil {
		return err
	}
	if err := it.buffer.Flush(); err != nil {
		return err
	}
	if err := it.file.Close(); err != nil {
		return err
	}
	defer os.Remove(it.path)
	arguments := []string{"import"}
	for _, change := range it.changes {
		arguments = append(arguments, "--change", change)
	}
	_, err := run("docker", append(arguments, it.path, reference)...)
	return err
}
