module example.com/host-port-conflict

go 1.22
