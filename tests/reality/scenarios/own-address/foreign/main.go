// Command foreign listens on an address that no container has.
package main

import (
	"log"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe("192.168.77.1:8080", nil))
}
