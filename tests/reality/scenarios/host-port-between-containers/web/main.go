// Command web asks the store.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/stock", func(w http.ResponseWriter, r *http.Request) {
		response, err := http.Get(os.Getenv("STORE_URL") + "/stock")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
