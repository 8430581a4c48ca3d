// Command dialler asks the server by each of its names.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/ask", func(w http.ResponseWriter, r *http.Request) {
		for _, url := range []string{os.Getenv("SERVICE"), os.Getenv("CONTAINER"), os.Getenv("HOST"), os.Getenv("ALIAS"), os.Getenv("LINK"), os.Getenv("NOBODY")} {
			if response, err := http.Get(url); err == nil {
				response.Body.Close()
			}
		}
	})
	log.Fatal(http.ListenAndServe(":8000", nil))
}
