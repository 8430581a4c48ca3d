// Command pair listens on two ports.
package main

import (
	"log"
	"net/http"
)

func main() {
	go func() { log.Fatal(http.ListenAndServe(":8081", nil)) }()
	log.Fatal(http.ListenAndServe(":8080", nil))
}
