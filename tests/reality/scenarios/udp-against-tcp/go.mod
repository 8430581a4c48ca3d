module example.com/udp-against-tcp

go 1.22
