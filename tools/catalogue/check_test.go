package main

import (
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// Reading net/http takes a second.
var shared = newChecker(nil)

// judge checks one table that speaks of the standard library alone, which needs no network.
func judge(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go-test.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := readTable(path)
	if err != nil {
		t.Fatal(err)
	}
	messages := []string{}
	for _, row := range table.rows {
		faults, checked := shared.row(table, row)
		if !checked {
			t.Errorf("%s was not checked", row.name())
		}
		for _, it := range faults {
			messages = append(messages, it.message)
		}
	}
	return strings.Join(messages, "\n")
}

func TestRows(t *testing.T) {
	const listen = "package,type,function,address,form,url\n"
	const result = "package,type,function,result_package,result_type,url\n"
	const variable = "package,variable,type_package,type_name,url\n"
	const input = "package,type,function,from,at,url\n"
	const site = ",https://pkg.go.dev/"
	for text, want := range map[string]string{
		listen + "net/http,,ListenAndServe,0,address" + site + "net/http#ListenAndServe":                             "",
		listen + "net/http,,ListenAndServe,1,address" + site + "net/http#ListenAndServe":                             "address 1 is http.Handler, not text",
		listen + "net/http,,ListenAndServe,2,address" + site + "net/http#ListenAndServe":                             "it has 2 parameters",
		listen + "net/http,,ListenAndServ,0,address" + site + "net/http#ListenAndServ":                               "there is no such function",
		listen + "net/http,Server,ListenAndServe,receiver.Addr,address" + site + "net/http#Server.ListenAndServe":    "",
		listen + "net/http,Server,ListenAndServe,receiver.Address,address" + site + "net/http#Server.ListenAndServe": "has no field Address",
		listen + "net/http,,Serve,0,listener" + site + "net/http#Serve":                                              "",
		listen + "net/http,,Serve,1,listener" + site + "net/http#Serve":                                              "not a listener",
		listen + "net,,Listen,0+1,address" + site + "net#Listen":                                                     "",
		listen + "net,TCPListener,Close,-,unknown" + site + "net#Listener.Close":                                     "its documentation is https://pkg.go.dev/net#TCPListener.Close",
		listen + "os/signal,,Notify,1...,unknown" + site + "os/signal#Notify":                                        "",
		listen + "net/http,,Get,0...,address" + site + "net/http#Get":                                                "the parameter is not variadic",
		input + "net/http,Request,,request,itself" + site + "net/http#Request":                                       "",
		input + "net/http,Reqest,,request,itself" + site + "net/http#Reqest":                                         "there is no such function",
		input + "net/http,Transport,DialContext,transport,callback" + site + "net/http#Transport.DialContext":        "",
		variable + "net/http,DefaultClient,net/http,Client" + site + "net/http#DefaultClient":                        "",
		variable + "net/http,DefaultClient,net/http,Server" + site + "net/http#DefaultClient":                        "it is a net/http.Client",
		result + "net/http,,NewServeMux,net/http,ServeMux" + site + "net/http#NewServeMux":                           "",
		result + "net/http,,NewServeMux,net/http,Server" + site + "net/http#NewServeMux":                             "its result is net/http.ServeMux",
		result + "net/http,,Handle,net/http,Server" + site + "net/http#Handle":                                       "it has no result",
	} {
		got := judge(t, text)
		if (want == "" && got != "") || !strings.Contains(got, want) {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	pkg := types.NewPackage("example.com/flags", "flags")
	text := types.Typ[types.String]
	clause := types.NewNamed(types.NewTypeName(0, pkg, "Clause", nil), types.NewStruct(
		[]*types.Var{types.NewField(0, pkg, "Name", text, false)}, nil), nil)
	pkg.Scope().Insert(clause.Obj())
	one := types.NewTuple(types.NewVar(0, pkg, "it", text))
	receiver := types.NewVar(0, pkg, "", types.NewPointer(clause))
	clause.AddMethod(types.NewFunc(0, pkg, "Default", types.NewSignatureType(receiver, nil, nil, one, nil, false)))
	define := types.NewSignatureType(receiver, nil, nil, one, nil, false)
	for cell, want := range map[string]string{
		"-":         "",
		"0":         "",
		"1":         "it has 1 parameters",
		"Default:0": "",
		"Default:1": "it has 1 parameters",
		"Envar:0":   "no type has a method Envar",
		"1|0":       "",
	} {
		it := &row{cells: map[string]string{"default": cell}}
		if got := flagCall(it, pkg, clause, define); (want == "" && got != "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{".Name": "", ".Title": "has no field Title", "0": "is no field"} {
		it := &row{cells: map[string]string{"type": "Clause", "name": cell}}
		_, exists, got := flagLiteral(it, pkg, candidate{path: pkg.Path()})
		if !exists || (want == "" && got != "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", cell, got, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for cell, want := range map[string][]place{
		"-":                   nil,
		"=tcp4":               nil,
		"0...":                {{variadic: true}},
		"1.Addrs[]":           {{argument: 1, list: true, fields: []string{"Addrs"}}},
		"0.bootstrap.servers": {{fields: []string{"bootstrap.servers"}}},
		"0.Host+0.Port":       {{fields: []string{"Host"}}, {fields: []string{"Port"}}},
		"receiver.A.B":        {{receiver: true, fields: []string{"A", "B"}}},
		"result":              {{result: true}},
	} {
		got, err := readPlaces(cell)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", cell, got, err)
		}
	}
	if _, err := readPlaces("zero"); err == nil {
		t.Error("zero is no place")
	}
}

func TestPathsWithoutVersion(t *testing.T) {
	for path, want := range map[string]string{
		"github.com/gofiber/fiber/v2/middleware/proxy": "github.com/gofiber/fiber/middleware/proxy",
		"gopkg.in/mgo.v2":           "gopkg.in/mgo",
		"go.etcd.io/etcd/client/v3": "go.etcd.io/etcd/client",
	} {
		if got := unversioned(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
