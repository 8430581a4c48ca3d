// Command server listens where its file says.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
)

func main() {
	text, err := os.ReadFile("/etc/server.json")
	if err != nil {
		log.Fatal(err)
	}
	var it settings
	if err := json.Unmarshal(text, &it); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(it.Listen, nil))
}

type settings struct {
	Listen string `json:"listen"`
}
