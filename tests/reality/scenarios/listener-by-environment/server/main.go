// Command server listens where LISTEN says.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	address := os.Getenv("LISTEN")
	if address == "" {
		address = "127.0.0.1:8080"
	}
	log.Fatal(http.ListenAndServe(address, nil))
}
