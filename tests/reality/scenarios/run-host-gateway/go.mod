module example.com/run-host-gateway

go 1.22
