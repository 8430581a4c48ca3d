module example.com/run-user-network

go 1.22
