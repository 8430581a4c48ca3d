package main

import (
	"fmt"
	"os"
	"strings"
)

// table is one CSV file: a header row, rows, `#` comments, no quotes.
type table struct {
	path   string
	lines  []string
	header []string
	rows   []*row
}

// row is one line of a table.
type row struct {
	line  int
	cells map[string]string
}

func readTable(path string) (*table, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	it := &table{path: path, lines: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
	for number, line := range it.lines {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.Split(line, ",")
		if it.header == nil {
			it.header = cells
			continue
		}
		if len(cells) != len(it.header) {
			return nil, fmt.Errorf("%s:%d: %d cells below %d headings", path, number+1, len(cells), len(it.header))
		}
		found := &row{line: number + 1, cells: map[string]string{}}
		for index, heading := range it.header {
			found.cells[heading] = cells[index]
		}
		it.rows = append(it.rows, found)
	}
	return it, nil
}

// setURL replaces the last cell of a row.
func (t *table) setURL(of *row, url string) {
	line := t.lines[of.line-1]
	t.lines[of.line-1] = line[:strings.LastIndex(line, ",")+1] + url
}

func (t *table) write() error {
	return os.WriteFile(t.path, []byte(strings.Join(t.lines, "\n")+"\n"), 0o644)
}

// pkg is the package of a row, whatever its table calls that column.
func (r *row) pkg() string {
	if path, ok := r.cells["path"]; ok {
		return path
	}
	return r.cells["package"]
}

// name is what the row speaks of, for messages.
func (r *row) name() string {
	name := r.cells["function"]
	if field, ok := r.cells["field"]; ok {
		name = field
	}
	if receiver := r.cells["type"]; receiver != "" {
		name = receiver + "." + name
	}
	if name == "" {
		return r.pkg()
	}
	return r.pkg() + " " + name
}

// place is where a call has a value: `0`, `0...`, `0[]`, `0.Addr`, `receiver.Addr`, `0.Host+0.Port`,
// `result`; of several with `|` between them each.
type place struct {
	receiver bool
	result   bool
	argument int
	variadic bool
	list     bool
	fields   []string
}

// readPlaces reads the places of a cell; none for `-` and nothing.
func readPlaces(cell string) ([]place, error) {
	if cell == "" || cell == "-" || strings.HasPrefix(cell, "=") {
		return nil, nil
	}
	var places []place
	each := func(it rune) bool { return it == '+' || it == '|' }
	for _, text := range strings.FieldsFunc(strings.TrimPrefix(cell, "@"), each) {
		it := place{}
		text, it.list = strings.CutSuffix(text, "[]")
		text, it.variadic = strings.CutSuffix(text, "...")
		root, fields, _ := strings.Cut(text, ".")
		if root == "receiver" {
			it.receiver = true
		} else if root == "result" {
			it.result = true
		} else if _, err := fmt.Sscanf(root, "%d", &it.argument); err != nil {
			return nil, fmt.Errorf("%q is no place of a call", cell)
		}
		switch {
		case fields == "":
		case fields[0] >= 'a' && fields[0] <= 'z':
			// The key of a map is one step, dots and all.
			it.fields = []string{fields}
		default:
			it.fields = strings.Split(fields, ".")
		}
		places = append(places, it)
	}
	return places, nil
}
