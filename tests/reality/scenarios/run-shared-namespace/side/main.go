// Command side listens for those alone who share its network interfaces, and asks the app.
package main

import (
	"log"
	"net/http"
)

func main() {
	go func() {
		for {
			if _, err := http.Get("http://localhost:8080/"); err == nil {
				return
			}
		}
	}()
	log.Fatal(http.ListenAndServe("127.0.0.1:9090", nil))
}
