// Command both answers on TCP and UDP.
package main

import (
	"log"
	"net"
	"net/http"
)

func main() {
	go func() { log.Fatal(http.ListenAndServe(":5353", nil)) }()
	socket, err := net.ListenPacket("udp", ":5353")
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, 1500)
	for {
		_, sender, err := socket.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		_, _ = socket.WriteTo([]byte("ok"), sender)
	}
}
