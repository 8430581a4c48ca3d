// Command itself listens on the address of its own name.
package main

import (
	"log"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe("itself:8080", nil))
}
