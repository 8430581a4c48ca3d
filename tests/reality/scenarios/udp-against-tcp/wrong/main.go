// Command wrong answers datagrams.
package main

import (
	"log"
	"net"
)

func main() {
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
