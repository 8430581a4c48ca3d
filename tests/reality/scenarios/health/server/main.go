// Command server serves its health at /healthz, and asks for it with -check.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
)

func main() {
	check := flag.Bool("check", false, "ask for the health and end")
	flag.Parse()
	if *check {
		response, err := http.Get("http://127.0.0.1:8080/healthz")
		if err != nil || response.StatusCode != http.StatusOK {
			os.Exit(1)
		}
		return
	}
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	log.Fatal(http.ListenAndServe(":8080", nil))
}
