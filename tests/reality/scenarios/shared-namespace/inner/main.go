// Command inner serves the app alone.
package main

import (
	"log"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe("localhost:9091", nil))
}
