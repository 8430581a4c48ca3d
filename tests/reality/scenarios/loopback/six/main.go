// Command six listens on the loopback address of IPv6.
package main

import (
	"log"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe("[::1]:8082", nil))
}
