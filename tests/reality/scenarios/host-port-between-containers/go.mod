module example.com/host-port-between-containers

go 1.22
