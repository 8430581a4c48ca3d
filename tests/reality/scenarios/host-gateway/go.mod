module example.com/host-gateway

go 1.22
