module example.com/host-network

go 1.22
