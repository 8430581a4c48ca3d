package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

// A way to try: the addresses that may lead there.
type attempt struct {
	Network   string   `json:"network"`
	Addresses []string `json:"addresses"`
}

// Tries every attempt of a JSON list and prints a list of whether something answered.
func probeAll(text string) {
	var attempts []attempt
	if err := json.Unmarshal([]byte(text), &attempts); err != nil {
		log.Fatal(err)
	}
	answered := make([]bool, len(attempts))
	var all sync.WaitGroup
	// Few at once: the machine may be busy, and a slow answer would count as none.
	slots := make(chan struct{}, 8)
	for at, it := range attempts {
		all.Add(1)
		go func() {
			defer all.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			for _, address := range it.Addresses {
				answered[at] = answered[at] || answers(it.Network, address)
			}
		}()
	}
	all.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(answered); err != nil {
		log.Fatal(err)
	}
}

// Whether something at the address sends a byte back. A connection alone says nothing: Docker's proxy takes it
// before it knows whether anything listens in the container.
func answers(network, address string) bool {
	const wait = 2 * time.Second
	connection, err := net.DialTimeout(network, address, wait)
	if err != nil {
		return false
	}
	defer connection.Close()
	question, tries := "GET / HTTP/1.0\r\n\r\n", 1
	if network == "udp" {
		tries = 3
	}
	for range tries {
		_ = connection.SetDeadline(time.Now().Add(wait / time.Duration(tries)))
		if _, err := connection.Write([]byte(question)); err != nil {
			return false
		}
		if number, _ := connection.Read(make([]byte, 1)); number == 1 {
			return true
		}
	}
	return false
}

// Answers whoever connects to the port: what stands in for a database, and for a machine on the internet.
func serve(port string) {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer connection.Close()
			_, _ = io.CopyN(connection, connection, 1)
		}()
	}
}

// Answers that no name exists to whoever asks on the port: what stands in for the name servers of the internet.
// https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1
func denyNames(port string) {
	const header = 12
	socket, err := net.ListenPacket("udp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, 1500)
	for {
		length, asker, err := socket.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		// The question is a list of labels with their lengths, an empty one at its end, type and class.
		end := header
		for end < length && buffer[end] != 0 {
			end += int(buffer[end]) + 1
		}
		if end += 5; end > length {
			continue
		}
		answer := append([]byte(nil), buffer[:end]...)
		answer[2] |= 0x80                 // An answer,
		answer[3] = 0x83                  // which may recurse, and there is no such name:
		copy(answer[6:], make([]byte, 6)) // the question alone.
		_, _ = socket.WriteTo(answer, asker)
	}
}
