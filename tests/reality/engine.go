package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// The addresses of the two ends of the wire between the host and the namespace that stands for other machines:
// https://www.rfc-editor.org/rfc/rfc5737.
const (
	hostAddress     = "198.51.100.1"
	internetAddress = "198.51.100.2"
	internetPort    = "7777"
)

// A Docker engine (the environment says where), and what is run beside it.
type engine struct {
	reachlint, compose, work, cache, outside string
}

// Runs a command; its standard error goes into the error.
func run(name string, arguments ...string) (string, error) {
	var out, complaint bytes.Buffer
	command := exec.Command(name, arguments...)
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(arguments, " "), err, complaint.String())
	}
	return out.String(), nil
}

func (it *engine) composed(project string, arguments ...string) (string, error) {
	file := filepath.Join(project, "compose.yaml")
	return run(it.compose, append([]string{"--progress", "plain", "--file", file, "--profile", "*"}, arguments...)...)
}

// The script that starts the containers of a project which is none of Compose.
const scriptName = "run.sh"

func isScripted(project string) bool {
	_, err := os.Stat(filepath.Join(project, scriptName))
	return err == nil
}

// Builds and starts the containers. What Compose refuses to start stays down; that is a result, not an error.
func (it *engine) start(project string) (*scene, error) {
	if isScripted(project) {
		command := exec.Command("./" + scriptName)
		command.Dir = project
		if text, err := command.CombinedOutput(); err != nil {
			return &scene{engine: it}, fmt.Errorf("%s: %w\n%s", scriptName, err, text)
		}
		return it.look(project)
	}
	services, err := it.composed(project, "config", "--services")
	if err != nil {
		log.Printf("    Compose refuses %s", filepath.Base(project))
		return &scene{engine: it, containers: map[string]*container{}}, nil
	}
	if _, err := it.composed(project, "build"); err != nil {
		return nil, err
	}
	if _, err := it.composed(project, "up", "--detach", "--no-build"); err != nil {
		// A service that cannot be started takes others with it that were about to be.
		for _, service := range strings.Fields(services) {
			_, _ = it.composed(project, "up", "--detach", "--no-build", "--no-recreate", service)
		}
	}
	return it.look(project)
}

func (it *engine) stop(project string, started *scene) {
	if isScripted(project) {
		// No other project runs beside this one.
		ids, err := run("docker", "ps", "--all", "--quiet")
		if err == nil && ids != "" {
			_, err = run("docker", append([]string{"rm", "--force", "--volumes"}, strings.Fields(ids)...)...)
		}
		if err == nil {
			_, err = run("docker", "network", "prune", "--force")
		}
		if err != nil {
			log.Printf("    %v", err)
		}
		return
	}
	if started == nil || len(started.containers) == 0 {
		return
	}
	if _, err := it.composed(project, "down", "--timeout", "0", "--volumes", "--remove-orphans"); err != nil {
		log.Printf("    %v", err)
	}
}

// The containers of a project.
type scene struct {
	engine *engine
	// By the name of their service, else by their own.
	containers map[string]*container
}

type container struct {
	id, service, name string
	// 0 when it does not run.
	pid int
	// `host`, `none`, `container:ID`, or a network.
	mode string
	// The names that Docker gives it, its own and those on its networks.
	names []string
	// The names that links give to others in this container, by the name of the other.
	links map[string][]string
	// Its addresses on its networks.
	addresses []string
	// The names that are mapped to the gateway of the host.
	gateways []string
	// The ports of the host by the port in the container, `80/tcp`.
	published map[string][]string
	hasProbe  bool
}

// Reads the containers of a project.
func (it *engine) look(project string) (*scene, error) {
	var ids string
	var err error
	if isScripted(project) {
		ids, err = run("docker", "ps", "--all", "--quiet", "--no-trunc")
	} else {
		ids, err = it.composed(project, "ps", "--all", "--quiet")
	}
	if err != nil {
		return nil, err
	}
	found := &scene{engine: it, containers: map[string]*container{}}
	for _, id := range strings.Fields(ids) {
		text, err := run("docker", "inspect", id)
		if err != nil {
			return nil, err
		}
		var inspected []struct {
			Name   string
			State  struct{ Pid int }
			Config struct {
				Hostname string
				Labels   map[string]string
			}
			HostConfig struct {
				NetworkMode string
				ExtraHosts  []string
				Links       []string
			}
			NetworkSettings struct {
				Ports    map[string][]struct{ HostPort string }
				Networks map[string]struct {
					Aliases   []string
					Links     []string
					IPAddress string
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &inspected); err != nil {
			return nil, err
		}
		one := inspected[0]
		service := one.Config.Labels["com.docker.compose.service"]
		name := strings.TrimPrefix(one.Name, "/")
		if service == "" {
			service = name
		}
		it := &container{id: id, service: service, name: name, pid: one.State.Pid, mode: one.HostConfig.NetworkMode}
		it.names = append(it.names, service, name, one.Config.Hostname)
		// `/store:/web/db` on the default bridge, `store:db` on other networks.
		links := one.HostConfig.Links
		for _, network := range one.NetworkSettings.Networks {
			it.names = append(it.names, network.Aliases...)
			links = append(links, network.Links...)
			if network.IPAddress != "" {
				it.addresses = append(it.addresses, network.IPAddress)
			}
		}
		it.links = map[string][]string{}
		for _, link := range links {
			target, alias, _ := strings.Cut(link, ":")
			target = strings.TrimPrefix(target, "/")
			it.links[target] = append(it.links[target], filepath.Base(alias))
		}
		for _, entry := range one.HostConfig.ExtraHosts {
			if host, address, ok := strings.Cut(entry, ":"); ok && address == "host-gateway" {
				it.gateways = append(it.gateways, host)
			}
		}
		it.published = map[string][]string{}
		for inside, bindings := range one.NetworkSettings.Ports {
			for _, binding := range bindings {
				it.published[inside] = append(it.published[inside], binding.HostPort)
			}
		}
		found.containers[service] = it
	}
	return found, nil
}

// Whose network namespace the container has.
func (it *scene) owner(of *container) *container {
	if id, ok := strings.CutPrefix(of.mode, "container:"); ok {
		for _, other := range it.containers {
			if other.id == id {
				return other
			}
		}
	}
	return of
}

// Asks the engine for every cell; the answers in the same order.
func (it *scene) ask(cells []cell) ([]bool, error) {
	answers := make([]bool, len(cells))
	byDialler := map[string][]int{}
	for at, one := range cells {
		byDialler[one.From] = append(byDialler[one.From], at)
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 4)
	var lock sync.Mutex
	var failed error
	for _, from := range sortedKeys(byDialler) {
		var attempts []attempt
		for _, at := range byDialler[from] {
			addresses := it.addresses(cells[at])
			attempts = append(attempts, attempt{Network: cells[at].Protocol, Addresses: addresses})
		}
		all.Add(1)
		go func() {
			defer all.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			found, err := it.probe(from, attempts)
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				failed = err
				return
			}
			for index, at := range byDialler[from] {
				answers[at] = found[index]
			}
		}()
	}
	all.Wait()
	return answers, failed
}

// The addresses by which somebody at the start of the way would try to come to its end.
func (it *scene) addresses(of cell) []string {
	port := ""
	if of.Port != nil {
		port = strconv.Itoa(*of.Port)
	}
	join := func(hosts []string, port string) (addresses []string) {
		for _, host := range hosts {
			addresses = append(addresses, host+":"+port)
		}
		return addresses
	}
	from := it.containers[of.From]
	// Who dials by a name is asked by that name alone.
	if of.Host != "" {
		return join([]string{of.Host}, port)
	}
	if of.To == "internet" {
		return []string{internetAddress + ":" + internetPort}
	}
	gateways := []string{"host.docker.internal"}
	if from != nil && len(from.gateways) > 0 {
		gateways = from.gateways
	}
	onHost := from != nil && it.owner(from).mode == "host"
	if of.To == "host" {
		if onHost {
			return join([]string{"localhost"}, port)
		}
		return join(gateways, port)
	}
	to := it.containers[of.To]
	if to == nil || to.pid == 0 {
		return nil
	}
	owner := it.owner(to)
	switch {
	case from != nil && it.owner(from) == owner:
		return join([]string{"localhost"}, port)
	case from == nil || onHost:
		machine := "localhost"
		if of.From == "internet" {
			machine = hostAddress
		}
		if owner.mode == "host" {
			return []string{machine + ":" + port}
		}
		var addresses []string
		for _, published := range owner.hostPorts(port, of.Protocol) {
			addresses = append(addresses, machine+":"+published)
		}
		return addresses
	case owner.mode == "host":
		return join(gateways, port)
	default:
		return join(append(it.owner(from).links[owner.name], owner.names...), port)
	}
}

// Of the ways that are said to end at a name: whether the address behind it would have led on. Asked for containers
// that are on the default bridge both, where no name is known and every address is.
func (it *scene) askBehindNames(cells []cell) ([]string, int, error) {
	var differences []string
	compared := 0
	onBridge := func(of *container) bool {
		return of != nil && of.pid != 0 && (of.mode == "bridge" || of.mode == "default")
	}
	for _, one := range cells {
		from, to := it.containers[one.From], it.containers[one.To]
		if one.Port == nil || one.Host != "" || from == to || !onBridge(from) || !onBridge(to) || len(to.addresses) == 0 {
			continue
		}
		way := attempt{Network: one.Protocol}
		for _, address := range to.addresses {
			way.Addresses = append(way.Addresses, address+":"+strconv.Itoa(*one.Port))
		}
		fromHost, err := it.probe("host", []attempt{way})
		if err != nil {
			return nil, 0, err
		}
		fromThere, err := it.probe(one.From, []attempt{way})
		if err != nil {
			return nil, 0, err
		}
		compared++
		// The host reaches every address of its bridges: what it gets is what listens there.
		if wanted := fromHost[0] && one.Stage == "name"; fromThere[0] != wanted && one.Verdict == "not reachable" {
			differences = append(differences, fmt.Sprintf("%s: reachlint says that the way ends at %q, and by the address the engine %s",
				one, one.Stage, map[bool]string{true: "lets it through", false: "does not"}[fromThere[0]]))
		}
	}
	return differences, compared, nil
}

// The ports of the host that lead to a port of the container; where none does the number may be one of the host.
func (it *container) hostPorts(port, protocol string) []string {
	if ports := it.published[port+"/"+protocol]; len(ports) > 0 {
		return ports
	}
	for inside, ports := range it.published {
		for _, published := range ports {
			if published == port && strings.HasSuffix(inside, "/"+protocol) {
				return []string{port}
			}
		}
	}
	return nil
}

const probePath = "/reality-probe"

// Lets `from` try the attempts.
func (it *scene) probe(from string, attempts []attempt) ([]bool, error) {
	question, err := json.Marshal(attempts)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var text string
	switch dialler := it.containers[from]; {
	case from == "host":
		text, err = run(self, "probe", string(question))
	case from == "internet":
		text, err = run("nsenter", "--target", it.engine.outside, "--net", self, "probe", string(question))
	case dialler == nil || dialler.pid == 0:
		return make([]bool, len(attempts)), nil
	default:
		if !dialler.hasProbe {
			if _, err := run("docker", "cp", self, dialler.id+":"+probePath); err != nil {
				return nil, err
			}
			dialler.hasProbe = true
		}
		text, err = run("docker", "exec", dialler.id, probePath, "probe", string(question))
	}
	if err != nil {
		return nil, err
	}
	var answers []bool
	if err := json.Unmarshal([]byte(text), &answers); err != nil {
		return nil, err
	}
	if len(answers) != len(attempts) {
		return nil, errors.New("the probe answers something else")
	}
	return answers, nil
}

// Whether process 1 of the container is a shell, and which program it is.
func (it *container) firstProcess() (bool, string) {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", it.pid))
	if err != nil {
		return false, err.Error()
	}
	return isShell(path), path
}
