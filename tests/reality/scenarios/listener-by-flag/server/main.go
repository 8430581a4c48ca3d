// Command server listens where -address says.
package main

import (
	"flag"
	"log"
	"net/http"
)

func main() {
	address := flag.String("address", ":8080", "where to listen")
	flag.Parse()
	log.Fatal(http.ListenAndServe(*address, nil))
}
